import type { Admin } from 'kafkajs';
import type { Cleanups } from '../cleanup';
import { eventually } from '../eventually';
import { uniqueName } from './databases';

const withAdmin = async <Result>(brokers: string[], use: (admin: Admin) => Promise<Result>): Promise<Result> => {
  // Loaded only where it is used: unit tests import this package, too.
  const { Kafka, logLevel } = await import('kafkajs');
  const admin = new Kafka({ clientId: 'test-stack', brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
};

/** A prefix nobody else uses; every topic that carries it is deleted at the end of the test file. */
export const topicPrefix = (brokers: string[], cleanups: Cleanups): string => {
  const prefix = `${uniqueName()}.`;
  cleanups.add(() =>
    withAdmin(brokers, async (admin) => {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
    }),
  );
  return prefix;
};

export interface FreshTopicOptions {
  /** 1 by default. */
  partitions?: number;
  /** Settings of the topic: `{ 'retention.ms': '-1' }`. */
  config?: Record<string, string>;
}

/** Creates a topic and waits until every partition has a leader. */
export const createTopic = (
  brokers: string[],
  topic: string,
  { partitions = 1, config = {} }: FreshTopicOptions,
): Promise<void> =>
  withAdmin(brokers, async (admin) => {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
      waitForLeaders: false,
    });
    // kafkajs' own waiting ends in an error where the broker that it asks has not heard of the topic yet.
    await eventually(
      async () => {
        const [made] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
        return made?.partitions.length === partitions && made.partitions.every(({ leader }) => leader >= 0);
      },
      { timeoutMs: 30_000 },
    );
  });
