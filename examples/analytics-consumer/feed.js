import { randomUUID } from 'node:crypto';

/** The topic of a tenant's feed: all but letters, digits and `-` is written as `_` and two hexadecimal digits. */
export function feedTopic(tenant) {
  return `chat.feed.${tenant.replace(/[^A-Za-z0-9-]/g, (one) => `_${one.charCodeAt(0).toString(16).padStart(2, '0')}`)}`;
}

/**
 * Reads a feed from the beginning to where it ends now, and hands over each event with its id. Events of a thread come
 * in order. A group of its own, and no commits: every run starts at the beginning.
 */
export async function readFeed(kafka, topic, onEvent) {
  const ends = await endsOf(kafka, topic);
  const open = new Map(
    [...ends].filter(([, { low, high }]) => high > low).map(([partition, { high }]) => [partition, high]),
  );
  if (open.size === 0) return;
  const consumer = kafka.consumer({ groupId: `analytics-${randomUUID()}`, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  try {
    await new Promise((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      const eachBatch = async ({ batch }) => {
        for (const { value, headers } of batch.messages) onEvent(String(headers.event_id), JSON.parse(String(value)));
        if (Number(batch.lastOffset()) + 1 >= (open.get(batch.partition) ?? 0)) open.delete(batch.partition);
        if (open.size === 0) resolve();
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}

async function endsOf(kafka, topic) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
  } finally {
    await admin.disconnect();
  }
}
