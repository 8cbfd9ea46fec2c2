import { fence, passAll } from '../fence';
import { silent, type LogLine, type LogObserver } from '../observer';
import type { EventLog } from '../port';
import { createAdmin, createBounds, type KafkaAdmin } from './admin';
import { openKafkaAppender } from './appender';
import { BOUNDED, createClient, type KafkaAccess } from './client';
import { createFetchSharing, followKafka } from './follow';
import { createReader } from './reader';
import { verifyTopic } from './topic';
import { fetchTopicId } from './topicId';

export interface KafkaLogOptions extends KafkaAccess {
  topic: string;
  partitions: number;
  /** Whether records carry epochs and are fenced by them; default true. False for signals and the like. */
  fenced?: boolean;
  observer?: LogObserver;
  log?: LogLine;
}

/**
 * The log of a topic that exists (see `ensureTopic`). Rejects with `TopicMismatchError` when the topic is another than
 * configured, and within seconds when Kafka is away.
 */
export async function createKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const { topic, partitions, fenced = true, observer, log = silent, ...access } = options;
  const admin = createAdmin(access, log);
  const logId = await identify(admin, options).catch(async (error: unknown) => {
    await admin.close();
    throw error;
  });
  const bounds = createBounds(admin, topic);
  const source = { access, topic, partitions, bounds, fence: fenced ? fence : passAll, observer, log };
  const reader = createReader(source);
  const share = createFetchSharing(source);

  async function boundsOf(partition: number): Promise<{ tail: number; head: number }> {
    const found = (await bounds()).get(partition);
    if (!found) throw new RangeError(`no partition ${partition}`);
    return found;
  }

  return {
    topic,
    partitions,
    logId,
    async openAppender() {
      // Who appends is about to read what was appended before.
      reader.warm();
      const { brokers } = await admin.ask((connected) => connected.describeCluster());
      return openKafkaAppender({ access, topic, partitions, severalBrokers: brokers.length > 1, observer, log });
    },
    head: async (partition) => (await boundsOf(partition)).head,
    tail: async (partition) => (await boundsOf(partition)).tail,
    read: (partition, from, to) => reader.read(partition, from, to),
    follow: (follow) => followKafka({ ...source, share }, follow),
    async close() {
      await Promise.all([reader.close(), admin.close()]);
    },
  };
}

/** `<cluster id>/<topic id>`; where the broker is too old for topic ids, the topic's name stands in for its id. */
async function identify(admin: KafkaAdmin, options: KafkaLogOptions): Promise<string> {
  const { topic, log = silent } = options;
  return admin.ask(async (connected) => {
    await verifyTopic(connected, options);
    const { clusterId } = await connected.describeCluster();
    const topicId = await fetchTopicId(createClient(options, BOUNDED, log).kafka, topic);
    return `${clusterId}/${topicId ?? topic}`;
  });
}
