import { tenantId } from '@threadlog/events';
import { testActor } from '@threadlog/testing';
import fc from 'fast-check';
import { PERMISSIONS, type Actor } from '../actor';
import { canSee, visibleFromIndex, type ThreadAccess } from './access';
import { may } from './actions';
import { explainAccess } from './explain';

const position = fc.integer({ min: 1, max: 6 });
const actors = fc
  .record({
    learnerScope: fc.constantFrom<'*' | string[]>('*', [], ['lena']),
    permissions: fc.subarray([...PERMISSIONS]),
    role: fc.constantFrom(
      'user' as const,
      'teacher' as const,
      'guardian' as const,
      'agent' as const,
      'auditor' as const,
    ),
  })
  .map((more): Actor => ({ ...testActor('eve'), ...more }));
const threads: fc.Arbitrary<ThreadAccess> = fc.record({
  tenantId: fc.constantFrom(testActor('eve').tenantId, tenantId('elsewhere')),
  learnerId: fc.constantFrom(null, 'lena', 'eve'),
  participant: fc.option(
    fc.record({ role: fc.constant('member' as const), visibleFromIndex: position, visibleFromSeq: position }),
  ),
  beginsAtSeq: fc.option(position),
});

describe('the access rule in words', () => {
  it('comes to what the rule comes to, for every actor and thread', () => {
    fc.assert(
      fc.property(actors, threads, (actor, thread) => {
        const { sees, reads, visibleFrom } = explainAccess(actor, thread);
        expect(sees).toBe(canSee(actor, thread));
        expect(reads).toBe(may(actor, 'thread.read', { ...thread, createdBy: null }));
        expect(visibleFrom).toBe(sees ? visibleFromIndex(actor, thread) : null);
      }),
      { numRuns: 1_000 },
    );
  });

  it('names a clause that lets in wherever it lets in, and what keeps out wherever it does not', () => {
    fc.assert(
      fc.property(actors, threads, (actor, thread) => {
        const { sees, reasons } = explainAccess(actor, thread);
        const holds = (clause: string) => reasons.find((reason) => reason.clause === clause)?.holds;
        const lets = holds('takes part') || holds('learner in scope') || holds('administers');
        expect(sees).toBe(holds('tenant') === true && lets === true && holds('begins in sight') !== false);
      }),
      { numRuns: 1_000 },
    );
  });
});
