import { canSee, visibleFromIndex, type Actor, type ThreadAccess } from '@threadlog/auth';
import { testActor, testStack } from '@threadlog/testing';
import fc from 'fast-check';
import { createDatabase, type Database } from '../database';
import { compile, param, sql, valuesOf, type Sql } from '../sql/compose';
import { SEES_ROOT, seesText, viewerValues, VISIBLE_FROM } from './rule';

const stack = testStack();
let database: Database;
beforeAll(async () => void (database = createDatabase({ url: await stack.freshDatabase() })));
afterAll(() => database.end());

const position = fc.integer({ min: 1, max: 6 });
const learner = fc.constantFrom(null, 'lena', 'leo', 'eve');
const actors: fc.Arbitrary<Actor> = fc
  .record({
    role: fc.constantFrom(
      'user' as const,
      'learner' as const,
      'guardian' as const,
      'teacher' as const,
      'admin' as const,
      'auditor' as const,
    ),
    learnerScope: fc.constantFrom<'*' | string[]>('*', [], ['lena'], ['leo', 'lena']),
  })
  .map((more) => testActor('eve', more));
const threads: fc.Arbitrary<ThreadAccess> = fc.record({
  tenantId: fc.constant(testActor('eve').tenantId),
  learnerId: learner,
  participant: fc.option(
    fc.record({ role: fc.constant('member' as const), visibleFromIndex: position, visibleFromSeq: position }),
  ),
  beginsAtSeq: fc.option(position),
});

/** Numbers beyond every index, and none at all, hide everything alike. */
const BEYOND = 2_147_483_647;

/** The aliases of the fragments, for one viewer and one thread. */
const WORLD = sql`
  (select ${param('learnerId')}::text as learner_id) r,
  (select case when ${param('from')}::integer is not null then ${param('viewerId')}::text end as user_id,
    ${param('from')}::integer as visible_from_index, ${param('fromVersion')}::integer as visible_from_version) p,
  (select case when ${param('begins')}::integer is null then null else 'root' end as parent_thread_id,
    ${param('learnerId')}::text as learner_id, ${param('begins')}::integer as root_version) t,
  (select case when ${param('begins')}::integer is null then 'root' else 'root~sub' end as thread_id, 'root' as root_id,
    ${param('learnerId')}::text as learner_id, ${param('index')}::integer as message_index) s`;

/** Null is no, where a statement asks. */
const STATEMENT = (
  schema: Sql,
) => sql`select ${VISIBLE_FROM} as visible_from, coalesce(${SEES_ROOT}, false) as sees_root,
  coalesce(${seesText(schema)}, false) as sees_text from ${WORLD}`;

it('the rule of statements is that of the code, for every viewer, thread and text', async () => {
  await database.query('create schema one');
  await database.query('create table one.threads (tenant_id text, thread_id text, root_version integer)');
  await database.query(`insert into one.threads values ('acme', 'root~sub', null)`);
  const { text, names } = compile(STATEMENT(sql`one`));
  await fc.assert(
    fc.asyncProperty(actors, threads, fc.integer({ min: 0, max: 7 }), async (actor, thread, index) => {
      const { learnerId, participant, beginsAtSeq } = thread;
      await database.query('update one.threads set root_version = $1', [beginsAtSeq]);
      const [from, fromVersion] = [participant?.visibleFromIndex ?? null, participant?.visibleFromSeq ?? null];
      const given = { ...viewerValues(actor), learnerId, from, fromVersion, begins: beginsAtSeq, index };
      const { rows } = await database.query<{ visible_from: number | null; sees_root: boolean; sees_text: boolean }>(
        text,
        valuesOf(names, given),
      );
      const [found] = rows;
      expect(Math.min(found!.visible_from ?? BEYOND, BEYOND)).toBe(Math.min(visibleFromIndex(actor, thread), BEYOND));
      expect(found!.sees_root).toBe(canSee(actor, { ...thread, beginsAtSeq: null }));
      const seesText = canSee(actor, thread) && (index === 0 || visibleFromIndex(actor, thread) <= index);
      expect(found!.sees_text).toBe(seesText);
    }),
    { numRuns: 600 },
  );
}, 60_000);
