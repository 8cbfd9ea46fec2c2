import { eventually, testStack, type OwnCluster } from '@threadlog/testing';
import { Kafka, logLevel } from 'kafkajs';
import { appendAll, record } from '../contract/harness';
import { createKafkaLog } from './kafkaLog';
import { ensureTopic, TopicMismatchError } from './topic';

const stack = testStack();

/** One after another: each begins with what the one before has left. */
describe('a cluster of which one broker has not come up when the product starts for the first time', () => {
  let cluster: OwnCluster;
  const topic = 'first.events';
  const options = () => ({ brokers: cluster.brokers, clientId: 'cluster-test', topic, partitions: 3 });

  beforeAll(async () => {
    cluster = await stack.ownCluster(2);
    await cluster.start(0);
  }, 120_000);

  async function asked<T>(question: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    const kafka = new Kafka({ brokers: cluster.brokers.slice(0, 1), clientId: 'asking', logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await question(admin);
    } finally {
      await admin.disconnect();
    }
  }
  const topics = () => asked((admin) => admin.listTopics());
  const partitions = async () =>
    (await asked((admin) => admin.fetchTopicMetadata({ topics: [topic] }))).topics[0]!.partitions;

  it('names the broker, refuses, and has created nothing', async () => {
    const refused = ensureTopic({ ...options(), brokersWaitMs: 100 });
    await expect(refused).rejects.toThrow(TopicMismatchError);
    await expect(refused).rejects.toThrow(`${cluster.brokers[1]} did not come`);
    expect(await topics()).toEqual([]);
  }, 60_000);

  it('waits for it, and then has a copy of everything on each', async () => {
    const lines: string[] = [];
    const creating = ensureTopic({ ...options(), log: (_level, line) => void lines.push(line) });
    await eventually(() => expect(lines.join()).toContain(`waiting for ${cluster.brokers[1]}`), { timeoutMs: 30_000 });
    expect(await topics()).toEqual([]);
    const second = await cluster.start(1);
    await creating;
    const both = [1, 2, 3].map(() => [1, 2]);
    expect((await partitions()).map(({ replicas }) => replicas.toSorted())).toEqual(both);

    const log = await createKafkaLog(options());
    await appendAll(log, 0, [record('both have it')]);
    await log.close();

    // A later start while one is down finds all the copies that there should be, and creates no topic with fewer.
    await eventually(async () => expect((await partitions()).map(({ isr }) => isr.toSorted())).toEqual(both));
    await second.kill();
    await eventually(async () => expect((await asked((admin) => admin.describeCluster())).brokers).toHaveLength(1), {
      timeoutMs: 30_000,
    });
    const later: string[] = [];
    await ensureTopic({ ...options(), strict: true, log: (_level, line) => void later.push(line) });
    expect(later).toEqual([]);
    const more = ensureTopic({ ...options(), topic: 'later.events', brokersWaitMs: 100 });
    await expect(more).rejects.toThrow(/broker 2 did not come/);
    expect(await topics()).not.toContain('later.events');
  }, 180_000);
});
