import { setTimeout as delay } from 'node:timers/promises';
import { ConfigResourceTypes, type Admin } from 'kafkajs';
import { silent, type LogLine } from '../observer';
import { createAdmin, type KafkaAdmin } from './admin';
import { BOUNDED, createClient, type KafkaAccess } from './client';
import { clusterBrokers, type ClusterBrokers } from './clusterSize';
import { flushEach } from './flushing';
import {
  fewestReplicas,
  LOOKED_AT,
  mismatchOf,
  settingsOf,
  weaknessesOf,
  type TopicFound,
  type TopicWanted,
} from './topicSettings';

/** The topic is not what the service was configured for; a person has to decide. */
export class TopicMismatchError extends Error {
  override readonly name = 'TopicMismatchError';
}

export interface TopicOptions extends KafkaAccess {
  topic: string;
  partitions: number;
  /** Default: one on each broker of the cluster, 3 at most. */
  replicationFactor?: number | undefined;
  /** Milliseconds; -1, the default, keeps records for ever. A topic that is there is held to a -1 given here. */
  retentionMs?: number;
  /** Milliseconds after which a new segment begins; retention takes whole segments. The broker's default if not given. */
  segmentMs?: number;
  /** Where a topic has one copy only: records after which the broker writes to its disk. Left to the broker if not given. */
  flushMessages?: number | undefined;
  /** Refuses a topic that may lose records it need not lose, and does not only warn. */
  strict?: boolean;
  /**
   * Of a topic that is not there: it is created (the default), left so (`ignore`, once the brokers for it are there), or
   * refused, for this reason.
   */
  missing?: 'create' | 'ignore' | { refuse: string };
  /** Milliseconds to wait for brokers of the cluster that are away, before a topic is made; default 60,000. */
  brokersWaitMs?: number;
  log?: LogLine;
}

const BROKERS_WAIT_MS = 60_000;
const LOOK_AGAIN_MS = 1_000;
const MOST_REPLICAS = 3;

/**
 * Creates the topic if it is not there, with copies on as many brokers as the cluster has and not only on those that are
 * up, and checks at every call what a log rests on: partitions, retention, no compaction, copies, min ISR, no unclean
 * election. Rejects with `TopicMismatchError`, before anything is made. It changes nothing of a topic that is there but
 * `flush.messages`, where that is asked for.
 */
export async function ensureTopic(options: TopicOptions): Promise<void> {
  const log = options.log ?? silent;
  const admin = createAdmin(options, log);
  try {
    const exists = await admin.ask(async (connected) => (await connected.listTopics()).includes(options.topic));
    if (!exists) refuseMissing(options);
    const replicas = exists ? await wantedReplicas(admin, options) : await untilComplete(admin, options);
    const wanted = { ...options, replicas, retentionMs: options.retentionMs ?? -1 };
    if (!exists && options.missing === 'ignore') return;
    if (!exists) await admin.ask((connected) => createTopic(connected, { ...wanted, partitions: options.partitions }));
    await admin.ask((connected) => verify(connected, options, { wanted, log }));
  } finally {
    await admin.close();
  }
}

function refuseMissing({ topic, missing }: TopicOptions): void {
  if (typeof missing === 'object') throw new TopicMismatchError(`there is no topic ${topic}: ${missing.refuse}`);
}

function brokersOf(admin: KafkaAdmin, options: TopicOptions): Promise<ClusterBrokers> {
  const { kafka } = createClient(options, BOUNDED, options.log ?? silent);
  return admin.ask((connected) => clusterBrokers(connected, kafka, options.brokers));
}

/** Copies that each partition should have: as many as are asked for, else one on each broker of the cluster, 3 at most. */
export async function wantedReplicas(admin: KafkaAdmin, options: TopicOptions): Promise<number> {
  if (options.replicationFactor !== undefined) return options.replicationFactor;
  const { live, away } = await brokersOf(admin, options);
  return Math.min(MOST_REPLICAS, live + away.length);
}

/** Waits until there are enough brokers for the copies that are wanted. A topic made earlier would have fewer for ever. */
async function untilComplete(admin: KafkaAdmin, options: TopicOptions): Promise<number> {
  const { topic, replicationFactor, brokersWaitMs = BROKERS_WAIT_MS, log = silent } = options;
  const deadline = performance.now() + brokersWaitMs;
  for (let told = ''; ; await delay(Math.min(LOOK_AGAIN_MS, brokersWaitMs))) {
    const { live, away } = await brokersOf(admin, options);
    const replicas = replicationFactor ?? Math.min(MOST_REPLICAS, live + away.length);
    if (live >= replicas) return replicas;
    const missing = away.length > 0 ? away.join(', ') : 'more brokers';
    const message = `topic ${topic} is to have ${replicas} copies, and ${live} brokers are up: waiting for ${missing}`;
    if (message !== told) log('warn', message);
    told = message;
    if (performance.now() < deadline) continue;
    throw new TopicMismatchError(
      `topic ${topic} was not created: ${missing} did not come, and it is to have ${replicas} copies; ` +
        `start what is missing, or set KAFKA_REPLICATION_FACTOR=${Math.max(1, live)} to go without for ever`,
    );
  }
}

async function createTopic(connected: Admin, wanted: TopicWanted & { partitions: number }): Promise<void> {
  const { topic, partitions, replicas } = wanted;
  const flushMessages = replicas === 1 ? wanted.flushMessages : undefined;
  const configEntries = Object.entries(settingsOf({ ...wanted, flushMessages })).map(([name, value]) => ({
    name,
    value,
  }));
  // False when another process was first; then its topic is verified like any other.
  await connected.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: partitions, replicationFactor: replicas, configEntries }],
  });
}

async function verify(
  connected: Admin,
  options: TopicOptions,
  { wanted, log }: { wanted: TopicWanted; log: LogLine },
): Promise<void> {
  const found = await verifyTopic(connected, options);
  const weak = weaknessesOf(wanted, found);
  if (weak.length > 0 && options.strict) throw new TopicMismatchError(weak.join('; '));
  for (const weakness of weak) log('warn', weakness);
  if (wanted.flushMessages !== undefined && fewestReplicas(found) === 1)
    await flushEach(connected, wanted.topic, { found, messages: wanted.flushMessages, log });
}

/** Rejects with `TopicMismatchError` where the topic cannot be the log; resolves with what it is like. */
export async function verifyTopic(
  admin: Admin,
  { topic, partitions, retentionMs }: Pick<TopicOptions, 'topic' | 'partitions' | 'retentionMs'>,
): Promise<TopicFound> {
  const found = await describeTopic(admin, topic);
  if (found.replicas.length !== partitions)
    throw new TopicMismatchError(`topic ${topic} has ${found.replicas.length} partitions, not ${partitions}`);
  const mismatch = mismatchOf({ topic, retentionMs }, found);
  if (mismatch) throw new TopicMismatchError(mismatch);
  return found;
}

/** What a topic that is there is like. */
export async function describeTopic(admin: Admin, topic: string): Promise<TopicFound> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const copies = topics[0]?.partitions ?? [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: LOOKED_AT }],
  });
  const settings = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
  return { replicas: copies.map(({ replicas }) => replicas), settings };
}
