import { eventually } from '@threadlog/testing';
import { Kafka, logLevel } from 'kafkajs';

export type Admin = ReturnType<Kafka['admin']>;

export async function withAdmin<T>(brokers: readonly string[], task: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = new Kafka({ clientId: 'nemesis', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  return task(admin).finally(() => admin.disconnect());
}

export async function partitionsOf(admin: Admin, topic: string) {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]!.partitions;
}

/** Nodes that lead a partition, in order. */
export async function leadersOf(admin: Admin, topic: string): Promise<number[]> {
  const leaders = (await partitionsOf(admin, topic)).map(({ leader }) => leader).filter((leader) => leader > 0);
  return [...new Set(leaders)].sort((a, b) => a - b);
}

type Assignment = { partition: number; replicas: number[] }[];

/** Gives partitions their copies; resolves when they are there. */
export async function assign(admin: Admin, topic: string, partitionAssignment: Assignment): Promise<void> {
  await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }], timeout: 10_000 });
  const moving = async () =>
    (await admin.listPartitionReassignments({})).topics.flatMap(({ partitions }) => partitions);
  await eventually(async () => expect(await moving()).toEqual([]), { timeoutMs: 60_000, intervalMs: 200 });
}
