import { ConfigResourceTypes, type Admin } from 'kafkajs';
import { silent, type LogLine } from '../observer';
import { createAdmin } from './admin';
import type { KafkaAccess } from './client';

/** The topic is not what the service was configured for; a person has to decide. */
export class TopicMismatchError extends Error {
  override readonly name = 'TopicMismatchError';
}

export interface TopicOptions extends KafkaAccess {
  topic: string;
  partitions: number;
  /** Default: 3, or 1 where there are fewer than 3 brokers. */
  replicationFactor?: number;
  /** Milliseconds; -1, the default, keeps records for ever. A topic that is there is held to a -1 given here. */
  retentionMs?: number;
  /** Milliseconds after which a new segment begins; retention takes whole segments. The broker's default if not given. */
  segmentMs?: number;
  log?: LogLine;
}

/**
 * Creates the topic if it is not there, and checks the number of partitions and that it is not compacted: an event log
 * that loses the older records of a key is no log. Rejects with `TopicMismatchError`; never changes a topic.
 */
export async function ensureTopic(options: TopicOptions): Promise<void> {
  const admin = createAdmin(options, options.log ?? silent);
  try {
    await admin.ask(async (connected) => {
      if (!(await connected.listTopics()).includes(options.topic)) await createTopic(connected, options);
      await verifyTopic(connected, options);
    });
  } finally {
    await admin.close();
  }
}

/** Both have to be -1 where nothing may be dropped. */
const RETENTION = ['retention.ms', 'retention.bytes'];

async function createTopic(
  admin: Admin,
  { topic, partitions, replicationFactor, retentionMs = -1, segmentMs }: TopicOptions,
): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const replicas = replicationFactor ?? (brokers.length >= 3 ? 3 : 1);
  const config: Record<string, string> = {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMs),
    'retention.bytes': '-1',
    ...(segmentMs === undefined ? {} : { 'segment.ms': String(segmentMs) }),
    'unclean.leader.election.enable': 'false',
    ...(replicas > 1 ? { 'min.insync.replicas': '2' } : {}),
  };
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  // False when another process was first; then its topic is verified like any other.
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: partitions, replicationFactor: replicas, configEntries }],
  });
}

/** Rejects with `TopicMismatchError` where the topic differs. */
export async function verifyTopic(
  admin: Admin,
  { topic, partitions, retentionMs }: Pick<TopicOptions, 'topic' | 'partitions' | 'retentionMs'>,
): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = topics[0]?.partitions.length;
  if (found !== partitions) throw new TopicMismatchError(`topic ${topic} has ${found} partitions, not ${partitions}`);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['cleanup.policy', ...RETENTION] }],
  });
  const settings = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
  if (settings.get('cleanup.policy')?.includes('compact')) throw new TopicMismatchError(`topic ${topic} is compacted`);
  const short = retentionMs === -1 ? RETENTION.find((name) => settings.get(name) !== '-1') : undefined;
  if (short) throw new TopicMismatchError(`topic ${topic} must be kept for ever, but its ${short} is not -1`);
}
