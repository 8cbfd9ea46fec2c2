import { createStatements } from '@threadlog/read-models';
import { testActor, threadStory } from '@threadlog/testing';
import { givenQueryApi } from '../testing/queryApi';
import { listThreads } from './list';

const THREADS = 400;
/** Postgres plans for the very values as often before it considers one plan for all. */
const CUSTOM_PLANS = 5;
const CALLS = 20;

/** Planning a list takes several times as long as running it does where the page is small. */
describe('the statement of a list', () => {
  const { given, database } = givenQueryApi();
  const ada = testActor('ada');

  beforeAll(async () => {
    const stories = Array.from({ length: THREADS }, (_, n) => threadStory({ threadId: `t-${n}`, members: ['ben'] }));
    await Promise.all(stories.map((story) => given(story)));
    for (const table of ['threads', 'participants', 'user_threads']) await database().query(`analyze read_1.${table}`);
  }, 30_000);

  it.each([1, 20, 100])('is planned once for all calls, with a page of %d', async (limit) => {
    const client = await database().connect();
    try {
      const statements = createStatements({ database: client, generation: () => 1 });
      const busyViewers = { has: () => true, learn: () => undefined };
      for (let call = 0; call < CALLS; call++) {
        const { threads } = await listThreads({ statements, busyViewers }, ada, { cursor: null, limit });
        expect(threads).toHaveLength(limit);
      }
      const { rows } = await client.query<{ generic: string }>(
        `select generic_plans as generic from pg_prepared_statements where name like 'threads_recent%'`,
      );
      expect(rows.map((row) => Number(row.generic))).toEqual([CALLS - CUSTOM_PLANS]);
    } finally {
      client.release(true);
    }
  });
});
