import { Kafka, logLevel } from 'kafkajs';
import { createMongo } from '@threadlog/read-models';
import { cleanupAfterAll, cleanupLast } from '../cleanup';
import { eventually } from '../eventually';
import { runSql } from './connections';
import { freshDatabase } from './databases';
import { testStack } from './testStack';

const stack = testStack();

const kafkaAt = (brokers: string[]) =>
  new Kafka({
    clientId: 'test',
    brokers,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { initialRetryTime: 50, maxRetryTime: 250, retries: 100 },
  });

const order: string[] = [];
describe('clean-ups', () => {
  cleanupLast().add(() => order.push('servers'));
  cleanupAfterAll().add(() => order.push('own'));
  afterAll(() => void order.push('hook'));
  it('are registered', () => expect(order).toEqual([]));
});

describe('the test stack', () => {
  it('cleans up behind all hooks, whatever their order', () => {
    expect(order).toEqual(['own', 'hook', 'servers']);
  });

  it('hands out a Postgres 18 with databases of their own', async () => {
    const [first, second] = await Promise.all([stack.freshDatabase(), stack.freshDatabase()]);
    await runSql(first, 'create table only_here (id int)');
    expect(await runSql(second, "select to_regclass('only_here') as found")).toEqual([{ found: null }]);
    expect(await runSql(first, "select current_setting('server_version_num')::int / 10000 as major")).toEqual([
      { major: 18 },
    ]);
  });

  it('fails a file that ends with a connection to its database open, and drops the database all the same', async () => {
    const cleanups: (() => unknown)[] = [];
    const url = await freshDatabase(stack.databaseUrl, { add: (cleanup) => void cleanups.push(cleanup) });
    const pool = await stack.freshPool({ url, applicationName: 'leaky' });
    await pool.query('select 1');
    await expect(cleanups[0]!()).rejects.toThrow(/leaky idle select 1/);
    await expect(runSql(url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  }, 40_000);

  it('hands out Mongo databases of their own', async () => {
    const [first, second] = [stack.freshMongo(), stack.freshMongo()].map((url) => createMongo(url));
    await first!.db().collection('things').insertOne({ kept: true });
    expect(await first!.db().collection('things').countDocuments()).toBe(1);
    expect(await second!.db().collection('things').countDocuments()).toBe(0);
    await Promise.all([first!.close(), second!.close()]);
  });

  it('hands out a Kafka with topics of their own', async () => {
    const topic = await stack.freshTopic({ partitions: 3 });
    const admin = kafkaAt(stack.kafkaBrokers).admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.disconnect();
    expect(topics[0]!.partitions.map(({ leader }) => leader)).toEqual([1, 1, 1]);
  });

  it("keeps what was acknowledged over a SIGKILL of a broker of one's own, and loses a response on command", async () => {
    const broker = await stack.ownKafka();
    const kafka = kafkaAt(broker.brokers);
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true });
    const producer = kafka.producer({ maxInFlightRequests: 1 });
    await producer.connect();
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'before' }] });

    await broker.kill();
    expect(broker.ended()).toBe('ended by SIGKILL');
    await broker.restart();
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'after' }] });

    const lost = broker.proxy.loseNextResponse('produce');
    await producer.send({
      topic: 'kept',
      acks: -1,
      messages: [{ value: 'twice, for this producer is not idempotent' }],
    });
    await lost;
    const [partition] = await eventually(() => admin.fetchTopicOffsets('kept'));
    expect(partition!.high).toBe('4');
    await Promise.all([producer.disconnect(), admin.disconnect()]);
  }, 30_000);
});
