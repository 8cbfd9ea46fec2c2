import { cleanupAfterAll, testStack } from '@threadlog/testing';
import { logContract } from '../contract';
import {
  appendAll,
  createRecorder,
  followAll,
  namesOf,
  PARTITIONS,
  readAll,
  record,
  START,
  type LogHarness,
} from '../contract/harness';
import { silent, type LogObserver } from '../observer';
import { createAdmin } from './admin';
import { BOUNDED, createClient, type KafkaAccess } from './client';
import { createLogConsumer } from './consumer/consumer';
import { createKafkaLog } from './kafkaLog';
import type { Compression } from './producer/compression';

const stack = testStack();

/** What a driver does must not depend on whether batches are compressed. */
const driver = (compression: Compression): LogHarness => ({
  async open() {
    const topic = await stack.freshTopic({ partitions: PARTITIONS });
    return createKafkaLog({
      brokers: stack.kafkaBrokers,
      clientId: 'contract',
      topic,
      partitions: PARTITIONS,
      compression,
    });
  },
  async appendForeign({ topic }, { key, value, headers }, timestamp) {
    const producer = createClient(
      { brokers: stack.kafkaBrokers, clientId: 'foreign' },
      BOUNDED,
      silent,
    ).kafka.producer();
    await producer.connect();
    await producer.send({
      topic,
      messages: [{ partition: 0, key, value, headers, timestamp: String(timestamp) }],
    });
    await producer.disconnect();
  },
});
logContract('kafkajs', driver('off'));
logContract('kafkajs, compressed', driver('all'));

describe('followers of one log in one process', () => {
  const cleanups = cleanupAfterAll();
  it('share a consumer; one that is far behind has its own until it has caught up', async () => {
    const topic = await stack.freshTopic({ partitions: PARTITIONS });
    const access = { brokers: stack.kafkaBrokers, clientId: topic };
    const log = await createKafkaLog({ ...access, topic, partitions: PARTITIONS });
    const [one, other, late] = [createRecorder(), createRecorder(), createRecorder()];
    const following = [await followAll(log, one.onBatch), await followAll(log, other.onBatch)];
    cleanups.add(async () => {
      await Promise.all(following.map((subscription) => subscription.stop()));
      await log.close();
    });
    const many = Array.from({ length: 1_000 }, (_, index) => record(`r${index}`, 1, 2_000));
    await appendAll(log, 0, many);
    await Promise.all([one.received(0, 1_000), other.received(0, 1_000)]);
    expect(await groupsOf(access)).toEqual(['read', 'shared']);

    const start = new Map([[0, START]]);
    following.push(await log.follow({ name: 'late', start, onBatch: late.onBatch }));
    await late.received(0, 1_000);
    expect(await groupsOf(access)).toEqual(['late', 'read', 'shared']);
    await appendAll(log, 0, [record('last')]);
    for (const recorder of [one, other, late]) {
      await recorder.received(0, 1_001);
      expect(recorder.names(0)).toEqual([...many.keys()].map((index) => `r${index}`).concat('last'));
    }
  });
});

test('a consumer stops at once, however long the broker would hold its fetch, and says nothing of it', async () => {
  const said: unknown[] = [];
  const runs: number[] = [];
  const consumer = createLogConsumer({
    access: { brokers: stack.kafkaBrokers, clientId: 'idle' },
    topic: await stack.freshTopic(),
    ...{ partitions: 1, name: 'idle', maxWaitMs: 9_000 },
    bounds: () => Promise.resolve(new Map()),
    onRun: ({ partition }) => void runs.push(partition),
    onLoss: (loss) => void said.push(loss),
    log: (level, message, fields) => void (level === 'info' || said.push([level, message, fields])),
  });
  consumer.fetchFrom(0, 0);
  await consumer.started;
  const began = performance.now();
  await consumer.stop();
  expect(performance.now() - began).toBeLessThan(7_000);
  expect([runs, said]).toEqual([[], []]);
});

describe('what a process has appended itself', () => {
  const cleanups = cleanupAfterAll();
  async function given() {
    const topic = await stack.freshTopic({ partitions: PARTITIONS });
    const handedOn = { taken: 0, late: 0, gap: 0, unwanted: 0 };
    const observer = {
      handedOn: ({ outcome, records }: { outcome: keyof typeof handedOn; records: number }) =>
        void (handedOn[outcome] += records),
    };
    const open = async (clientId: string, watched: LogObserver = {}) => {
      const access = { brokers: stack.kafkaBrokers, clientId };
      const log = await createKafkaLog({ ...access, topic, partitions: PARTITIONS, observer: watched });
      cleanups.add(() => log.close());
      return log;
    };
    const [here, elsewhere] = [await open(topic, observer), await open(`${topic}-elsewhere`)];
    const recorder = createRecorder();
    const subscription = await followAll(here, recorder.onBatch);
    cleanups.add(() => subscription.stop());
    return { here, elsewhere, recorder, handedOn };
  }

  it('is handed to its followers at the ack; what others append comes by the fetch, at once again', async () => {
    const { here, elsewhere, recorder, handedOn } = await given();
    const appender = await here.openAppender();
    cleanups.add(() => appender.close());
    const names: string[] = [];
    for (let round = 0; round < 200; round += 1) {
      names.push(`own${round}`);
      await appender.append(0, [record(`own${round}`)]);
    }
    await recorder.received(0, 200);
    expect(handedOn.taken).toBeGreaterThan(100);
    expect(handedOn.gap).toBe(0);

    for (let round = 0; round < 5; round += 1) {
      names.push(`other${round}`);
      await appendAll(elsewhere, 0, [record(`other${round}`, 2)]);
      await recorder.received(0, names.length);
    }
    // What it appends behind records that it has not seen yet is no reason to miss them.
    const others = appendAll(
      elsewhere,
      0,
      Array.from({ length: 50 }, (_, at) => record(`x${at}`, 2)),
    );
    const own = Array.from({ length: 50 }, (_, at) => appender.append(0, [record(`y${at}`, 2)]));
    await Promise.all([others, ...own]);
    await recorder.received(0, names.length + 100);
    expect(recorder.names(0).slice(0, names.length)).toEqual(names);
    const read = await readAll(here, 0);
    expect(recorder.names(0)).toEqual(namesOf(read));
  });

  it('comes to a follower that begins later, and to one that is slow', async () => {
    const { here, recorder } = await given();
    recorder.hold(1);
    const appender = await here.openAppender();
    cleanups.add(() => appender.close());
    for (let round = 0; round < 20; round += 1) await appender.append(1, [record(`r${round}`, 1, 1_000_000 / 40)]);
    const late = createRecorder();
    const subscription = await followAll(here, late.onBatch);
    cleanups.add(() => subscription.stop());
    await late.received(1, 20);
    recorder.release(1);
    await recorder.received(1, 20);
    expect(recorder.names(1)).toEqual(late.names(1));
  });
});

/** Names of the consumers that were there; appending and reading has one of its own. */
async function groupsOf(access: KafkaAccess): Promise<string[]> {
  const admin = createAdmin(access, silent);
  const { groups } = await admin.ask((connected) => connected.listGroups());
  await admin.close();
  const prefix = `${access.clientId}.`;
  const own = groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(prefix));
  return own.map((groupId) => groupId.slice(prefix.length).split('.')[0]!).sort();
}
