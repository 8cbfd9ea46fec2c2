import { visibleFromIndex, type Actor, type ThreadAccess } from '@threadlog/auth';
import { createDatabase, type Database } from '@threadlog/read-models';
import { testActor, testStack } from '@threadlog/testing';
import fc from 'fast-check';
import { viewerValues, VISIBLE_FROM } from './viewer';

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

it('the rule of statements is that of the code, for every viewer and thread', async () => {
  await fc.assert(
    fc.asyncProperty(actors, threads, async (actor, thread) => {
      const { learnerId, participant, beginsAtSeq } = thread;
      const { rows } = await database.query<{ visible_from: number | null }>(
        `select ${VISIBLE_FROM} as visible_from
         from (select $1::text as tenant, $2::text as viewer) given,
           (select $6::text as learner_id) r,
           (select $7::integer as visible_from_index, $8::integer as visible_from_version) p,
           (select case when $9::integer is null then null else 'root' end as parent_thread_id, $9::integer as root_version) t`,
        [
          ...viewerValues(actor),
          learnerId,
          participant?.visibleFromIndex ?? null,
          participant?.visibleFromSeq ?? null,
          beginsAtSeq,
        ],
      );
      const found = Math.min(rows[0]!.visible_from ?? BEYOND, BEYOND);
      expect(found).toBe(Math.min(visibleFromIndex(actor, thread), BEYOND));
    }),
    { numRuns: 600 },
  );
}, 60_000);
