import type { ThreadResource } from '@threadlog/events';
import { createDatabase, type Database } from '@threadlog/read-models';
import { cleanupAfterAll, testStack } from '@threadlog/testing';
import { ABUSES, type Answers } from './support/abuses';
import { clientOf, type Client } from './support/people';
import { createSystem, type System } from './support/system';

jest.setTimeout(300_000);

/** At least so many, and more until the abuse has met its limit. */
const SAMPLES = 25;
/** The figures are for the bench: here only what is slower by an order and by seconds counts, on a machine busy with more. */
const WORST_RATIO = 20;
const TOLERATED_MS = 3_000;
/** Of one actor, all that it asks. Windows are longer than this test may take. */
const BUDGET = 300;

interface Bounds {
  /** What it must have been told, or nothing was abused. */
  met: string;
  /** Most answers of a kind that the product gives, whoever wants however much. */
  most: Record<string, number>;
}
const BOUNDS: Record<string, Bounds> = {
  'sends over sixty sockets': { met: 'rate_limited', most: { ok: BUDGET, sockets: 50 } },
  'edits one long message': { met: 'edit_limit_reached', most: { ok: 100 } },
  'guesses tokens': { met: '429', most: { '401': 60, '200': 0, '500': 0 } },
  'sends metadata of many keys': { met: '400', most: { '201': 0, '500': 0 } },
  'opens connections that say nothing, and types in threads that there are not': {
    met: 'rate_limited',
    most: { ok: 0 },
  },
};

/** The 90th percentile: who is slowed down is so again and again, and any machine stands still now and then. */
const slowest = (taken: readonly number[]): number =>
  taken.toSorted((one, other) => one - other)[Math.floor(taken.length * 0.9)]!;

describe('a quiet tenant beside a loud one', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  let system: System;
  let database: Database;
  let alone: number;

  beforeAll(async () => {
    const databaseUrl = await stack.freshDatabase();
    const options = { kafkaBrokers: stack.kafkaBrokers, databaseUrl, topicPrefix: stack.topicPrefix() };
    const env = { ENABLE_RATE_LIMITING: 'true', RATE_LIMIT_ACTOR: `${BUDGET}/15m`, RATE_LIMIT_IP: '60/15m' };
    system = await createSystem({ ...options, env }, cleanups);
    await system.start();
    database = createDatabase({ url: databaseUrl });
    cleanups.add(() => database.end());
    await samplesOf('warm');
    alone = slowest(await samplesOf('alone'));
  });

  /** Milliseconds from posting until a read shows it. */
  async function samplesOf(id: string, enough: () => boolean = () => true): Promise<number[]> {
    const quiet = clientOf(system.api, { id, tenant: 'quiet-school' });
    const { body } = await quiet.call<ThreadResource>('POST', '/api/v1/threads', { title: 'Quiet' });
    const path = `/api/v1/threads/${body.id}/messages`;
    const taken: number[] = [];
    for (let count = 0; count < SAMPLES || !enough(); count += 1) taken.push(await sample(quiet, path, count));
    return taken;
  }

  async function sample(quiet: Client, path: string, count: number): Promise<number> {
    const content = `quiet ${count}`;
    const began = performance.now();
    const posted = await quiet.call('POST', path, { content });
    const token = posted.headers.get('x-consistency-token')!;
    const read = await quiet.call<{ messages: { content: string }[] }>('GET', `${path}?limit=1`, undefined, {
      'x-consistency-token': token,
    });
    const took = performance.now() - began;
    expect([posted.status, read.status, read.body.messages[0]?.content]).toEqual([201, 200, content]);
    return took;
  }

  test.each(ABUSES.map((abuse, at) => [abuse.name, abuse, `quiet-${at}`] as const))(
    'is not slowed down by who %s',
    async (name, abuse, id) => {
      const { met, most } = BOUNDS[name]!;
      const answers: Answers = new Map();
      const end = new AbortController();
      const running = abuse.run(system, end.signal, answers);
      running.catch(() => end.abort());
      const taken = await samplesOf(id, () => answers.has(met) || end.signal.aborted).finally(() => end.abort());
      await running;
      expect([...answers.keys()]).toContain(met);
      const over = Object.entries(most).filter(([answer, bound]) => (answers.get(answer) ?? 0) > bound);
      expect({ over, answers: Object.fromEntries(answers) }).toMatchObject({ over: [] });
      expect(slowest(taken)).toBeLessThan(alone * WORST_RATIO + TOLERATED_MS);
    },
  );

  test('pays for no more of what others store than a row for each of their writes', async () => {
    const { rows } = await database.query<{ largest: number; edits: number; largest_edit: number }>(
      `select (select max(octet_length(row_to_json(m)::text)) from read_1.messages m) as largest,
         (select count(*)::integer from read_1.message_edits) as edits,
         (select max(octet_length(row_to_json(e)::text)) from read_1.message_edits e) as largest_edit`,
    );
    expect(rows[0]!.largest).toBeLessThan(100_000);
    expect(rows[0]!.largest_edit).toBeLessThan(100_000);
    expect(rows[0]!.edits).toBeLessThanOrEqual(100);
  });
});
