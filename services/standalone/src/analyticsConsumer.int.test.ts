import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { tenantId } from '@threadlog/events';
import { createLogger, createMetrics } from '@threadlog/service';
import { envOfChild, eventually, testActor } from '@threadlog/testing';
import { createFeed } from '@threadlog/worker';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

jest.setTimeout(120_000);
const PATIENT = { timeoutMs: 60_000, intervalMs: 500 };
const MAIN = resolve(__dirname, '../../../examples/analytics-consumer/main.js');
const TENANT = 'acme.school';
const run = promisify(execFile);

const api = givenStandalone();
const scenes = scenesOf(api);
const stopping = new AbortController();
const metrics = createMetrics({ defaults: false });
let feed: Promise<void> = Promise.resolve();

beforeAll(async () => {
  const runtime = api.runtime();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const options = { tenants: [tenantId(TENANT)], retentionDays: 7, logger, metrics };
  const all = new Set(Array.from({ length: runtime.log.partitions }, (_, partition) => partition));
  feed = createFeed({ ...runtime, ...options }).run(stopping.signal, all);
  await eventually(async () => {
    const { rows } = await runtime.database.query('select from threadlog.feed_positions');
    expect(rows).toHaveLength(runtime.log.partitions);
  }, PATIENT);
});
afterAll(async () => {
  stopping.abort();
  await feed;
});

/** The example as its reader runs it, in a process of its own. */
async function consume(env: Record<string, string>): Promise<string> {
  const { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX } = api.env();
  const { stdout } = await run(process.execPath, [MAIN], {
    env: { ...envOfChild(), KAFKA_BROKERS, KAFKA_TOPIC_PREFIX, TENANT, KAFKAJS_NO_PARTITIONER_WARNING: '1', ...env },
  });
  return stdout;
}

it('counts what was said, about whom, when and by whom, and prints it', async () => {
  const ada = testActor('ada', { tenant: TENANT, learnerScope: '*' });
  const bot = testActor('bot', { tenant: TENANT, type: 'agent', role: 'agent' });
  const about = await scenes.thread(ada, { learnerId: 'lena', participantIds: ['bot'] });
  const other = await scenes.thread(ada, {});
  for (const text of ['one', 'two']) await scenes.post(ada, about, text);
  await scenes.post(bot, about, 'three');
  await scenes.post(ada, other, 'four');
  await scenes.done(ada, 'thread.delete', { threadId: other });

  const days = (await scenes.events(TENANT))
    .filter(({ event_type }) => event_type === 'CHAT_MESSAGE_CREATED')
    .map(({ timestamp }) => timestamp.slice(0, 10));
  const byDay = [...Map.groupBy(days, (day) => day)].map(([group, all]) => ({
    what: 'messages by day',
    group,
    count: all.length,
  }));
  await eventually(async () => {
    expect(JSON.parse(await consume({ REPORT_FORMAT: 'json' }))).toEqual([
      { what: 'messages by learner', group: '(none)', count: 1 },
      { what: 'messages by learner', group: 'lena', count: 3 },
      ...byDay,
      { what: 'messages by sender', group: 'agent', count: 1 },
      { what: 'messages by sender', group: 'user', count: 3 },
      { what: 'threads', group: 'opened', count: 2 },
      { what: 'threads', group: 'closed', count: 1 },
    ]);
  }, PATIENT);
  const table = await consume({});
  expect(table).toMatch(/messages by learner.*lena.*3/);
});

it('counts as an outbox what it has gone through, and that nothing waits', async () => {
  await eventually(async () => {
    const text = await metrics.registry.metrics();
    expect(text).toMatch(/^outbox_pending_count\{publisher="feed",state="due"\} 0$/m);
    expect(Number(/^outbox_processed_total\{publisher="feed"\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(7);
  });
});
