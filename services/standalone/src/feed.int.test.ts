import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tenantId, type ChatEvent } from '@threadlog/events';
import { createKafkaLog, type EventLog, type LogRecord } from '@threadlog/log';
import { activeGeneration, generationSchema, inTransaction } from '@threadlog/read-models';
import { createLogger, createMetrics } from '@threadlog/service';
import { envOfChild, eventually, testActor, testStack } from '@threadlog/testing';
import { createFeed, feedTopic } from '@threadlog/worker';
import { Kafka, ConfigResourceTypes } from 'kafkajs';
import { officerOf, scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

const MAIN = join(__dirname, '..', 'dist', 'main.js');
/** Processes start, and busy machines are slow. */
const PATIENT = { timeoutMs: 90_000, intervalMs: 300 };
/** The feed publishes within it if it waits for nothing; one that waits passes however slow it is. */
const A_CHANCE_TO_BE_WRONG_MS = 500;
jest.setTimeout(240_000);

const stack = testStack();
const api = givenStandalone();
const scenes = scenesOf(api);
const stops: (() => Promise<void>)[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

const topicOf = (tenant: string) => `${api.env().KAFKA_TOPIC_PREFIX}${feedTopic(tenantId(tenant))}`;

/** The feed of these tenants, in this process; resolves when it has found where it starts. */
async function start(...tenants: string[]): Promise<() => Promise<void>> {
  const runtime = api.runtime();
  const stopping = new AbortController();
  const ended = createFeed({
    ...runtime,
    tenants: tenants.map(tenantId),
    retentionDays: 7,
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ defaults: false }),
  }).run(stopping.signal, new Set(Array.from({ length: runtime.log.partitions }, (_, partition) => partition)));
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  stops.push(stop);
  for (const tenant of tenants) await begun(tenant);
  return stop;
}

async function begun(tenant: string): Promise<void> {
  await eventually(async () => expect(await positions(tenant)).toHaveLength(api.runtime().log.partitions), PATIENT);
}

async function positions(tenant: string): Promise<number[]> {
  const { rows } = await api
    .runtime()
    .database.query<{ next_offset: number }>('select next_offset from threadlog.feed_positions where tenant_id = $1', [
      tenant,
    ]);
  return rows.map((row) => row.next_offset);
}

interface Fed {
  id: string;
  key: string;
  event: {
    event_type: string;
    tenant_id: string;
    learner_id: string | null;
    timestamp: string;
    data: Record<string, unknown>;
  };
}

/** Everything in a feed, in order of its partitions, repetitions included. */
async function fed(tenant: string): Promise<Fed[]> {
  const options = { brokers: stack.kafkaBrokers, clientId: 'feed-test', topic: topicOf(tenant), partitions: 4 };
  const feed: EventLog = await createKafkaLog({ ...options, fenced: false });
  const records: LogRecord[] = [];
  for (let partition = 0; partition < feed.partitions; partition += 1) {
    const position = { offset: 0, maxEpoch: 0 };
    const head = await feed.head(partition);
    for await (const batch of feed.read(partition, position, head)) records.push(...batch.records);
  }
  await feed.close();
  return records.map(({ key, value, headers }) => ({
    id: headers.event_id!,
    key,
    event: JSON.parse(value.toString()) as Fed['event'],
  }));
}

function deduplicated(all: readonly Fed[]): Fed[] {
  return [...new Map(all.toReversed().map((one) => [one.id, one])).values()].toReversed();
}

/** Ids by thread, in order. */
const byThread = (events: readonly { id: string; thread: string }[]) =>
  Object.fromEntries(
    [...Map.groupBy(events, ({ thread }) => thread)].map(([key, own]) => [key, own.map(({ id }) => id)]),
  );
const threadOf = ({ data, stream_id }: ChatEvent) => ('thread_id' in data ? data.thread_id : stream_id);

it('publishes the events of the tenants that asked, whole and in the clear, in the format that was promised', async () => {
  const ada = testActor('ada', { tenant: 'open', learnerScope: '*' });
  await scenes.post(ada, await scenes.thread(ada, { title: 'before' }), 'before the feed began');
  await start('open');
  const bob = testActor('bob', { tenant: 'quiet' });
  await scenes.thread(bob, { title: 'nobody’s business' });
  const thread = await scenes.thread(ada, { title: 'Fractions', learnerId: 'lena', metadata: { level: 3 } });
  const message = await scenes.post(ada, thread, 'Hello, world!');
  await scenes.done(ada, 'thread.delete', { threadId: thread });
  const lena = { kind: 'learner' as const, id: 'lena' };
  await scenes.done(officerOf('open'), 'privacy.export', { subject: lena });
  await scenes.done(officerOf('open'), 'privacy.delete', { subject: lena });

  await eventually(async () => expect(await fed('open')).toHaveLength(5), PATIENT);
  const all = await fed('open');
  const one = (type: string) => all.find(({ event }) => event.event_type === type)!;
  const common = { tenant_id: 'open', learner_id: 'lena', timestamp: expect.stringMatching(/Z$/) };
  expect(one('CHAT_THREAD_CREATED').event).toEqual({
    event_type: 'CHAT_THREAD_CREATED',
    ...common,
    data: expect.objectContaining({
      thread_id: thread,
      title: 'Fractions',
      metadata: { level: 3 },
      learner_id: 'lena',
    }),
  });
  const { key, event } = one('CHAT_MESSAGE_CREATED');
  expect(key).toBe(thread);
  expect(event).toEqual({
    event_type: 'CHAT_MESSAGE_CREATED',
    ...common,
    data: expect.objectContaining({
      message_id: message,
      thread_id: thread,
      sender_id: 'ada',
      content: 'Hello, world!',
      message_type: 'text',
    }),
  });
  expect(one('CHAT_THREAD_DELETED').event).toEqual({
    event_type: 'CHAT_THREAD_DELETED',
    ...common,
    data: { thread_id: thread, reason: 'author' },
  });
  for (const type of ['CHAT_PRIVACY_EXPORT_REQUESTED', 'CHAT_PRIVACY_DELETION_REQUESTED'])
    expect(one(type).event).toEqual({
      event_type: type,
      ...common,
      data: expect.objectContaining({ subject: lena, requested_by: 'pia' }),
    });
  expect(JSON.stringify(all)).not.toContain('"sealed"');
});

it('makes topics whose segments end within a day, so that retention can take them', async () => {
  await eventually(async () => expect((await fed('open')).length).toBeGreaterThan(0), PATIENT);
  const admin = new Kafka({ brokers: stack.kafkaBrokers, clientId: 'feed-test' }).admin();
  await admin.connect();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topicOf('open') }],
  });
  await admin.disconnect();
  const config = Object.fromEntries(resources[0]!.configEntries.map((entry) => [entry.configName, entry.configValue]));
  expect(config).toMatchObject({ 'retention.ms': String(7 * 86_400_000), 'segment.ms': String(86_400_000) });
});

it('stops with the events of an erased person at once, and goes on with everybody else’s', async () => {
  const tenant = 'forgetful';
  const [ada, ben] = [testActor('ada', { tenant, learnerScope: '*' }), testActor('ben', { tenant })];
  const stop = await start(tenant);
  const about = await scenes.thread(ada, { learnerId: 'lena' });
  const shared = await scenes.thread(ada, { participantIds: ['ben'] });
  await scenes.post(ben, shared, 'published before');
  await eventually(async () => expect((await fed(tenant)).length).toBe(3), PATIENT);
  await stop();
  // What was said while the feed was down, of which two people are erased before it is back.
  await scenes.post(ben, shared, 'of ben, too late');
  await scenes.post(ada, about, 'about lena, too late');
  await scenes.post(ada, shared, 'of ada');
  const { sealing } = api.runtime();
  // Caches may still open: only the store knows.
  await sealing.close(tenantId(tenant), { kind: 'subject', id: 'ben' });
  await sealing.destroy(tenantId(tenant), { kind: 'subject', id: 'lena' });
  await start(tenant);
  const last = await scenes.post(ada, shared, 'the last word');
  const said = async () => (await fed(tenant)).map(({ event }) => event.data.content).filter(Boolean);
  await eventually(async () => expect(await said()).toContain('the last word'), PATIENT);
  expect((await said()).toSorted()).toEqual(['of ada', 'published before', 'the last word']);
  expect(last).toBeDefined();
});

describe('a publisher killed with SIGKILL between publishing and noting it', () => {
  /** The worker as a process of its own, built. */
  function spawnWorker(tenant: string): ChildProcess {
    const env = {
      ...envOfChild(),
      ...api.env(),
      ENVIRONMENT: 'test',
      ROLES: 'worker',
      FEED_TENANTS: tenant,
      LOG_LEVEL: 'silent',
    };
    const child = spawn(process.execPath, [MAIN], { stdio: 'ignore', env });
    children.push(child);
    return child;
  }

  /** The database goes on with a statement whose client is gone: what waits for the lock must not be noted after all. */
  async function forgetWaiting(): Promise<void> {
    await eventually(async () => {
      const { rows } = await api.runtime().database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like '%feed_positions%'`,
      );
      return rows.length === 0;
    }, PATIENT);
  }

  it('leaves nothing out, keeps every thread in order, and repeats only what deduplication finds', async () => {
    const tenant = 'kill.test_1';
    const ada = testActor('ada', { tenant });
    const first = spawnWorker(tenant);
    await begun(tenant);
    const threads = await Promise.all([1, 2, 3].map((n) => scenes.thread(ada, { title: `thread ${n}` })));
    let count = 0;
    const say = async (messages: number) => {
      for (let n = 0; n < messages; n += 1)
        await Promise.all(threads.map((thread) => scenes.post(ada, thread, `word ${(count += 1)}`)));
    };
    const ids = async () => new Set((await fed(tenant)).map(({ id }) => id)).size;
    const published = (more: number) => eventually(async () => expect(await ids()).toBeGreaterThan(more), PATIENT);

    let child = first;
    for (let kills = 0; kills < 3; kills += 1) {
      // It works, and its position is noted.
      await say(2);
      await eventually(async () => expect(await ids()).toBe(threads.length + count), PATIENT);
      const { database } = api.runtime();
      const before = await ids();
      await inTransaction(database, async (client) => {
        // Nobody can note a position while this transaction is open.
        await client.query('lock table threadlog.feed_positions in share row exclusive mode');
        await say(3);
        await published(before);
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
        await forgetWaiting();
      });
      child = spawnWorker(tenant);
    }

    const truth = await scenes.events(tenant);
    expect(truth).toHaveLength(3 + count);
    await eventually(async () => expect(deduplicated(await fed(tenant))).toHaveLength(truth.length), PATIENT);
    const all = await fed(tenant);
    expect(all.length).toBeGreaterThan(truth.length);
    const once_ = deduplicated(all);
    expect(byThread(once_.map(({ id, key }) => ({ id, thread: key })))).toEqual(
      byThread(truth.map((event) => ({ id: event.event_id, thread: threadOf(event) }))),
    );
    const words = once_.flatMap(({ event }) => event.data.content ?? []);
    expect(words.toSorted()).toEqual(Array.from({ length: count }, (_, n) => `word ${n + 1}`).toSorted());
  });
});

it('does not publish the text of a message that was deleted before the feed came to it', async () => {
  const tenant = 'deleting';
  const ada = testActor('ada', { tenant });
  const stop = await start(tenant);
  const threadId = await scenes.thread(ada, {});
  await eventually(async () => expect(await fed(tenant)).toHaveLength(1), PATIENT);
  await stop();
  const { database } = api.runtime();
  const schema = generationSchema(await activeGeneration(database));
  const messageId = await scenes.post(ada, threadId, 'said and taken back');
  await inTransaction(database, async (client) => {
    // The read model stands still: it does not know of the deletion when the feed starts.
    await client.query(`lock table ${schema}.checkpoints in share row exclusive mode`);
    await scenes.done(ada, 'message.edit', { threadId, messageId, content: 'said and taken back, edited' });
    // More than one batch of a partition holds: the text and its deletion do not come together.
    for (let n = 0; n < 40; n += 1) await scenes.post(ada, threadId, 'x'.repeat(32_000));
    await scenes.done(ada, 'message.delete', { threadId, messageId });
    await start(tenant);
    await delay(A_CHANCE_TO_BE_WRONG_MS);
  });
  await scenes.post(ada, threadId, 'stays');
  await eventually(async () => expect(JSON.stringify(await fed(tenant))).toContain('stays'), PATIENT);
  const all = await fed(tenant);
  expect(JSON.stringify(all)).not.toContain('taken back');
  expect(all.map(({ event }) => event.event_type)).toContain('CHAT_MESSAGE_DELETED');
});
