import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { eventually } from '../eventually';
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

const query = async (url: string, text: string) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
};

describe('the test stack', () => {
  it('hands out a Postgres 18 with databases of their own', async () => {
    const [first, second] = await Promise.all([stack.freshDatabase(), stack.freshDatabase()]);
    await query(first, 'create table only_here (id int)');
    expect(await query(second, "select to_regclass('only_here') as found")).toEqual([{ found: null }]);
    expect(await query(first, "select current_setting('server_version_num')::int / 10000 as major")).toEqual([
      { major: 18 },
    ]);
  });

  it('hands out Mongo databases of their own', async () => {
    const [first, second] = [stack.freshMongo(), stack.freshMongo()].map((url) => new MongoClient(url));
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
