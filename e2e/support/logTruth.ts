import { decodeEvent, type ChatEvent } from '@threadlog/events';
import { createKafkaLog } from '@threadlog/log';

/** Every event that counts, as a consumer that starts at the beginning and obeys the fencing rule sees it. */
export async function readLog(brokers: readonly string[], topic: string, partitions = 12): Promise<ChatEvent[]> {
  const log = await createKafkaLog({ brokers: [...brokers], topic, partitions, clientId: 'e2e' });
  try {
    const events: ChatEvent[] = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      const head = await log.head(partition);
      if (head === 0) continue;
      for await (const batch of log.read(partition, { offset: 0, maxEpoch: 0 }, head)) {
        for (const record of batch.records) {
          const decoded = decodeEvent(record.value);
          if (decoded.kind === 'event') events.push(decoded.event);
        }
      }
    }
    return events;
  } finally {
    await log.close();
  }
}

/** Faults in the numbering of streams and messages: gaps, repeats, time that does not advance. */
export function numberingFaults(events: readonly ChatEvent[]): string[] {
  const faults: string[] = [];
  const last = new Map<string, { version: number; index: number; timestamp: string }>();
  for (const event of events) {
    const before = last.get(event.stream_id) ?? { version: 0, index: 0, timestamp: '' };
    const index = event.event_type === 'CHAT_MESSAGE_CREATED' ? event.data.message_index : null;
    if (event.stream_version !== before.version + 1)
      faults.push(`${event.stream_id}: version ${event.stream_version} after ${before.version}`);
    if (index !== null && index !== before.index + 1)
      faults.push(`${event.stream_id}: index ${index} after ${before.index}`);
    if (event.timestamp <= before.timestamp) faults.push(`${event.stream_id}: time stands still`);
    last.set(event.stream_id, {
      version: event.stream_version,
      index: index ?? before.index,
      timestamp: event.timestamp,
    });
  }
  return faults;
}
