import type { OnAcked } from '../appender';
import { fence, passAll } from '../fence';
import { silent, type LogLine, type LogObserver } from '../observer';
import type { EventLog, TailLoss } from '../port';
import { createAdmin, createBounds, type KafkaAdmin } from './admin';
import { openKafkaAppender } from './appender';
import { BOUNDED, createClient, type KafkaAccess } from './client';
import { createConsumerSharing, followKafka } from './follow';
import { createListeners } from '../listeners';
import type { Compression } from './producer/compression';
import { createReader } from './reader/reader';
import { verifyTopic } from './topic';
import { fewestReplicas } from './topicSettings';
import { fetchTopicId } from './topicId';

export interface KafkaLogOptions extends KafkaAccess {
  topic: string;
  partitions: number;
  /** Whether records carry epochs and are fenced by them; default true. False for signals and the like. */
  fenced?: boolean;
  /** Which batches are compressed when they are appended; none by default. Reading takes them either way. */
  compression?: Compression;
  observer?: LogObserver;
  log?: LogLine;
}

/**
 * The log of a topic that exists (see `ensureTopic`). Rejects with `TopicMismatchError` when the topic is another than
 * configured, and within seconds when Kafka is away.
 */
export async function createKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const { topic, partitions, fenced = true, compression, observer, log = silent, ...access } = options;
  const admin = createAdmin(access, log);
  const { logId, replicas } = await identify(admin, options).catch(async (error: unknown) => {
    await admin.close();
    throw error;
  });
  const bounds = createBounds(admin, topic);
  const losses = createListeners<TailLoss>();
  const source = {
    access,
    topic,
    partitions,
    bounds,
    fence: fenced ? fence : passAll,
    observer,
    log,
    onLoss: losses.tell,
  };
  const reader = createReader(source);
  const sharing = createConsumerSharing(source);
  // Answers to whoever appended go first. Not where many write to a partition: there it would hardly ever continue anything.
  const onAcked: OnAcked | undefined = fenced
    ? (partition, baseOffset, records) =>
        setImmediate(() => sharing.current?.handOn({ partition, baseOffset, records }))
    : undefined;

  async function boundsOf(partition: number): Promise<{ tail: number; head: number }> {
    const found = (await bounds()).get(partition);
    if (!found) throw new RangeError(`no partition ${partition}`);
    return found;
  }

  return {
    topic,
    partitions,
    logId,
    replicas,
    async openAppender() {
      // Who appends is about to read what was appended before.
      reader.warm();
      return openKafkaAppender({ access, topic, partitions, compression, onAcked, observer, log });
    },
    head: async (partition) => (await boundsOf(partition)).head,
    tail: async (partition) => (await boundsOf(partition)).tail,
    read: (partition, from, to) => reader.read(partition, from, to),
    follow: (follow) => followKafka({ ...source, sharing }, follow),
    onLoss: losses.listen,
    async close() {
      await Promise.all([reader.close(), admin.close()]);
    },
  };
}

/** `<cluster id>/<topic id>`; where the broker is too old for topic ids, the topic's name stands in for its id. */
async function identify(admin: KafkaAdmin, options: KafkaLogOptions): Promise<{ logId: string; replicas: number }> {
  const { topic, log = silent } = options;
  return admin.ask(async (connected) => {
    const found = await verifyTopic(connected, options);
    const { clusterId } = await connected.describeCluster();
    const topicId = await fetchTopicId(createClient(options, BOUNDED, log).kafka, topic);
    return { logId: `${clusterId}/${topicId ?? topic}`, replicas: fewestReplicas(found) };
  });
}
