import type { Actor } from '../actor';
import { canSee, inScope, visibleFromIndex, visibleFromSeq, type ThreadAccess } from './access';
import { hasPermission } from './permissions';

/** One clause of the access rule, and how it turned out for an actor and a thread. */
export interface Reason {
  clause: 'tenant' | 'takes part' | 'learner in scope' | 'administers' | 'begins in sight' | 'may read';
  holds: boolean;
  says: string;
}

/** What the access rule comes to. Who sees a thread and may not read is answered 403, who does not see it 404. */
export interface Explanation {
  sees: boolean;
  reads: boolean;
  /** Index of the first message that is seen; null where none is. */
  visibleFrom: number | null;
  reasons: Reason[];
}

/** The access rule (`canSee`, `may` with `thread.read`) in words: clause by clause, for whoever asks why. */
export function explainAccess(actor: Actor, thread: ThreadAccess): Explanation {
  const sees = canSee(actor, thread);
  return {
    sees,
    reads: sees && hasPermission(actor, 'chat:read'),
    visibleFrom: sees ? visibleFromIndex(actor, thread) : null,
    reasons: [
      tenant(actor, thread),
      takesPart(thread),
      learner(actor, thread),
      administers(actor),
      ...(thread.beginsAtSeq === null ? [] : [begins(actor, thread, thread.beginsAtSeq)]),
      mayRead(actor),
    ],
  };
}

function tenant(actor: Actor, { tenantId }: ThreadAccess): Reason {
  const holds = actor.tenantId === tenantId;
  return { clause: 'tenant', holds, says: `the token is of ${actor.tenantId}, the thread of ${tenantId}` };
}

function takesPart({ participant }: ThreadAccess): Reason {
  const says = participant
    ? `as ${participant.role}, from message ${participant.visibleFromIndex} on`
    : 'it is no participant, or not any more';
  return { clause: 'takes part', holds: participant !== null, says };
}

function learner(actor: Actor, { learnerId }: ThreadAccess): Reason {
  const scope =
    actor.learnerScope === '*' ? 'all learners of the tenant' : `${actor.learnerScope.length} learners, and itself`;
  const says =
    learnerId === null ? 'the thread is about no learner' : `the thread is about ${learnerId}; the scope is ${scope}`;
  return { clause: 'learner in scope', holds: inScope(actor, learnerId), says };
}

function administers(actor: Actor): Reason {
  const holds = hasPermission(actor, 'chat:admin');
  return { clause: 'administers', holds, says: holds ? 'it has chat:admin' : 'it has no chat:admin' };
}

function begins(actor: Actor, thread: ThreadAccess, at: number): Reason {
  const from = visibleFromSeq(actor, thread);
  const sight =
    from === Number.MAX_SAFE_INTEGER ? 'nothing of its root is seen' : `its root is seen from seq ${from} on`;
  return { clause: 'begins in sight', holds: from <= at, says: `the sub-thread begins at seq ${at}; ${sight}` };
}

function mayRead(actor: Actor): Reason {
  const holds = hasPermission(actor, 'chat:read');
  return {
    clause: 'may read',
    holds,
    says: holds ? 'it has chat:read' : 'it lacks chat:read: what it sees is answered 403',
  };
}
