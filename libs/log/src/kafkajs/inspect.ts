import type { Admin } from 'kafkajs';
import { silent } from '../observer';
import { createAdmin } from './admin';
import { BOUNDED, createClient, type KafkaAccess } from './client';
import { clusterOf } from './cluster';
import { clusterBrokers } from './clusterSize';
import { describeTopic, wantedReplicas, type TopicOptions } from './topic';
import { mismatchOf, weaknessesOf } from './topicSettings';

/** A broker as it wants to be reached. */
export interface AdvertisedBroker {
  id: number;
  host: string;
  port: number;
}

/**
 * The brokers of the cluster by the addresses that they tell clients, as the first that answers gives them. None of those
 * addresses is connected to: that they may be of no use from here is what is asked about.
 */
export async function advertisedBrokers(access: KafkaAccess): Promise<AdvertisedBroker[]> {
  const client = createClient(access, BOUNDED, silent);
  const cluster = clusterOf(client.kafka);
  try {
    await cluster.connect();
    await cluster.refreshMetadata();
    return (cluster.brokerPool.metadata?.brokers ?? []).map(({ nodeId: id, host, port }) => ({ id, host, port }));
  } finally {
    await cluster.disconnect();
    client.close();
  }
}

/** What a topic is like beside what it should be, in the words of a start that looks at it. */
export interface TopicInspection {
  /** Null where there is no such topic; nothing else is known then. */
  partitions: number | null;
  /** What makes it no log; null where nothing does. */
  mismatch: string | null;
  /** By what acknowledged records could be lost that need not be. */
  weaknesses: string[];
  /** Partitions of which not every copy is in sync. */
  lagging: number[];
  /** Brokers of the cluster that do not answer. */
  away: string[];
  /** Whether the brokers are of Kafka 4.0 or later. */
  recent: boolean;
}

/** Looks at a topic as `ensureTopic` does, and changes nothing. Rejects where the brokers cannot be reached. */
export async function inspectTopic(
  options: Omit<TopicOptions, 'missing' | 'strict' | 'flushMessages'>,
): Promise<TopicInspection> {
  const admin = createAdmin(options, silent);
  try {
    const { kafka } = createClient(options, BOUNDED, silent);
    const { away, recent } = await admin.ask((connected) => clusterBrokers(connected, kafka, options.brokers));
    const replicas = await wantedReplicas(admin, options);
    const exists = await admin.ask(async (connected) => (await connected.listTopics()).includes(options.topic));
    if (!exists) return { partitions: null, mismatch: null, weaknesses: [], lagging: [], away, recent };
    const found = await admin.ask((connected) => describeTopic(connected, options.topic));
    return {
      partitions: found.replicas.length,
      mismatch: mismatchOf(options, found),
      weaknesses: weaknessesOf({ topic: options.topic, replicas }, found),
      lagging: await admin.ask((connected) => notInSync(connected, options.topic)),
      away,
      recent,
    };
  } finally {
    await admin.close();
  }
}

async function notInSync(connected: Admin, topic: string): Promise<number[]> {
  const { topics } = await connected.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  return partitions.filter(({ isr, replicas }) => isr.length < replicas.length).map(({ partitionId }) => partitionId);
}
