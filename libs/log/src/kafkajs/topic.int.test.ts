import { eventually, testStack } from '@threadlog/testing';
import { Kafka, logLevel } from 'kafkajs';
import { appendAll, createRecorder, namesOf, readAll, record, START } from '../contract/harness';
import type { EventLog, Subscription } from '../port';
import { createKafkaLog, type KafkaLogOptions } from './kafkaLog';
import { ensureTopic, TopicMismatchError } from './topic';

const stack = testStack();
const { kafkaBrokers: brokers } = stack;
const admin = new Kafka({ brokers, clientId: 'topic-test', logLevel: logLevel.NOTHING }).admin();

function fresh(partitions = 2) {
  return { brokers, clientId: 'topic-test', topic: `${stack.topicPrefix()}events`, partitions };
}

beforeAll(() => admin.connect());
afterAll(() => admin.disconnect());

describe('ensureTopic', () => {
  it('creates the topic for ever, and is content with it the next time', async () => {
    const options = fresh();

    await ensureTopic(options);
    await ensureTopic(options);

    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: options.topic }],
    });
    const config = new Map(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    expect(config.get('retention.ms')).toBe('-1');
    expect(config.get('cleanup.policy')).toBe('delete');
    expect(config.get('unclean.leader.election.enable')).toBe('false');
  });

  it('lets processes that start together all win', async () => {
    const options = fresh();

    await expect(Promise.all(Array.from({ length: 4 }, () => ensureTopic(options)))).resolves.toHaveLength(4);
  });

  it('refuses another number of partitions, and a compacted topic', async () => {
    const options = fresh(3);
    await ensureTopic(options);
    const compacted = fresh(1);
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        { topic: compacted.topic, numPartitions: 1, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] },
      ],
    });

    await expect(ensureTopic({ ...options, partitions: 12 })).rejects.toThrow(TopicMismatchError);
    await expect(createKafkaLog({ ...options, partitions: 2 })).rejects.toThrow(TopicMismatchError);
    await expect(ensureTopic(compacted)).rejects.toThrow(TopicMismatchError);
  });
});

describe('a topic that must be kept', () => {
  it('is refused where it drops records, and accepted where nobody asks', async () => {
    const kept = fresh(1);
    await ensureTopic({ ...kept, retentionMs: -1 });
    await ensureTopic({ ...kept, retentionMs: -1 });
    const dropping = fresh(1);
    await ensureTopic({ ...dropping, retentionMs: 86_400_000 });

    await expect(ensureTopic({ ...dropping, retentionMs: -1 })).rejects.toThrow(/retention\.ms is not -1/);
    await ensureTopic(dropping);
  });
});

/** Settings of a topic as the broker has them. */
async function settingsOf(topic: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] });
  return new Map(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

describe('a topic on a cluster that is not whole', () => {
  const exists = async (topic: string) => (await admin.listTopics()).includes(topic);
  const withAway = () => ({ ...fresh(1), brokers: [...brokers, '127.0.0.1:1'], brokersWaitMs: 50 });

  it('is not created with fewer copies, and the missing broker is named', async () => {
    const options = withAway();
    const lines: string[] = [];

    const creating = ensureTopic({ ...options, log: (_level, message) => void lines.push(message) });
    await expect(creating).rejects.toThrow(/127\.0\.0\.1:1 did not come.*KAFKA_REPLICATION_FACTOR=1/);

    expect(lines.join()).toContain('waiting for 127.0.0.1:1');
    expect(await exists(options.topic)).toBe(false);
    const three = ensureTopic({ ...fresh(1), replicationFactor: 3, brokersWaitMs: 50 });
    await expect(three).rejects.toThrow(/more brokers/);
  });

  it('is created where somebody says that fewer will do', async () => {
    const options = withAway();
    await ensureTopic({ ...options, replicationFactor: 1 });
    expect(await exists(options.topic)).toBe(true);
  });

  it('is warned of at each start, and refused where that is asked for', async () => {
    const options = fresh(1);
    await ensureTopic(options);
    const lines: string[] = [];

    await ensureTopic({ ...options, replicationFactor: 3, log: (_level, message) => void lines.push(message) });
    await expect(ensureTopic({ ...options, replicationFactor: 3, strict: true })).rejects.toThrow(/1 of 3 copies/);

    expect(lines.join()).toContain('1 of 3 copies');
  });

  it('is not created where it ought to be there, nor where somebody only looks', async () => {
    const options = fresh(1);
    await expect(ensureTopic({ ...options, missing: { refuse: 'because' } })).rejects.toThrow('because');
    await ensureTopic({ ...options, missing: 'ignore' });
    expect(await exists(options.topic)).toBe(false);
  });
});

describe('a topic with one copy', () => {
  it('is flushed with every append where that is asked for, from the beginning or later, and keeps what else is set', async () => {
    const early = fresh(1);
    await ensureTopic({ ...early, flushMessages: 1 });
    const late = { ...fresh(1), segmentMs: 3_600_000 };
    await ensureTopic(late);
    expect((await settingsOf(late.topic)).get('flush.messages')).not.toBe('1');
    await ensureTopic({ ...late, flushMessages: 1 });

    expect((await settingsOf(early.topic)).get('flush.messages')).toBe('1');
    const settings = await settingsOf(late.topic);
    expect(settings.get('flush.messages')).toBe('1');
    expect(settings.get('segment.ms')).toBe('3600000');
    expect(settings.get('retention.ms')).toBe('-1');
    expect(settings.get('unclean.leader.election.enable')).toBe('false');
  });
});

describe('a log on a topic', () => {
  const opened: EventLog[] = [];
  let subscription: Subscription | undefined;
  afterEach(async () => {
    await subscription?.stop();
    await Promise.all(opened.splice(0).map((log) => log.close()));
  });
  const open = async (options: KafkaLogOptions): Promise<EventLog> => {
    const log = await createKafkaLog(options);
    opened.push(log);
    return log;
  };

  it('keeps its identity, until the topic is created again', async () => {
    const options = fresh(1);
    await ensureTopic(options);
    const first = await open(options);
    const second = await open(options);

    await admin.deleteTopics({ topics: [options.topic] });
    await ensureTopic(options);
    const third = await open(options);

    expect(first.logId).toMatch(/^[\w-]{22}\/[\w-]{22}$/);
    expect(second.logId).toBe(first.logId);
    expect(third.logId).not.toBe(first.logId);
  });

  it('steps over the control records of transactions, also where they are the last', async () => {
    const options = fresh(1);
    await ensureTopic(options);
    const log = await open(options);
    await appendAll(log, 0, [record('a')]);
    await commitTransaction(options.topic);
    await eventually(async () => expect(await log.head(0)).toBe(3));

    const batches = await readAll(log, 0);
    const recorder = createRecorder();
    subscription = await log.follow({ name: 'topic', start: new Map([[0, START]]), onBatch: recorder.onBatch });
    await recorder.received(0, 2);
    await appendAll(log, 0, [record('b')]);
    await recorder.received(0, 3);

    expect(namesOf(batches)).toEqual(['a', 'in a transaction']);
    expect(batches.at(-1)!.next.offset).toBe(3);
    expect(recorder.names()).toEqual(['a', 'in a transaction', 'b']);
  });

  it('goes on at the first record there is when those before were deleted', async () => {
    const options = fresh(1);
    await ensureTopic(options);
    const log = await open(options);
    await appendAll(
      log,
      0,
      ['a', 'b', 'c', 'd'].map((name) => record(name)),
    );
    await admin.fetchTopicOffsets(options.topic);
    await admin.deleteTopicRecords({ topic: options.topic, partitions: [{ partition: 0, offset: '2' }] });
    const recorder = createRecorder();

    subscription = await log.follow({ name: 'topic', start: new Map([[0, START]]), onBatch: recorder.onBatch });
    await recorder.received(0, 2);

    expect(await log.tail(0)).toBe(2);
    expect(recorder.names()).toEqual(['c', 'd']);
  });
});

async function commitTransaction(topic: string): Promise<void> {
  const kafka = new Kafka({ brokers, clientId: 'topic-test', logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  const transaction = await producer.transaction();
  const { key, value, headers } = record('in a transaction');
  await transaction.send({ topic, messages: [{ key, value, headers }] });
  await transaction.commit();
  await producer.disconnect();
}
