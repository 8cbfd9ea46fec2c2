import { holdsOnMessage, holdsOnPerson, holdsOnThread, type LegalHold, type MessageRow } from '@threadlog/read-models';
import {
  refuse,
  type DecisionContext,
  type Check,
  type Refusal,
  type SeenThread,
  type ThreadContext,
} from './decision';

/** A message stays while a legal hold stands against taking it away, whoever wants to. */
export function messageIsFree(row: MessageRow, context: ThreadContext): Check {
  const learnerId = context.root.thread?.learner_id ?? null;
  const place = { threadId: row.thread_id, learnerId, senderId: row.sender_id };
  return isFree(context, (holds) => holdsOnMessage(holds, place));
}

/** A thread stays while it, a sub-thread of it, its learner or anybody who took part in it is held. */
export function threadIsFree({ thread }: SeenThread, context: ThreadContext): Check {
  const { root } = context;
  if (!thread) return undefined;
  const people = [thread.created_by, ...root.participants.keys()];
  const place = { threadId: thread.thread_id, learnerId: root.thread?.learner_id ?? null, people };
  return isFree(context, (holds) => holdsOnThread(holds, place));
}

/** The profile of a held person stays. */
export function personIsFree(id: string, context: DecisionContext): Check {
  return isFree(context, (holds) => holdsOnPerson(holds, id));
}

/** Without knowing the holds nothing can be taken away: what is gone does not come back when one is found. */
function isFree(context: DecisionContext, against: (holds: readonly LegalHold[]) => LegalHold[]): Check {
  const holds = context.holds();
  if (holds === null) return UNKNOWN;
  const [hold] = against(holds);
  return hold && refuse('legal_hold', `the legal hold ${hold.hold_id} stands against it`);
}

const UNKNOWN: Refusal = {
  kind: 'refused',
  problem: { code: 'unavailable', detail: 'The legal holds of the tenant cannot be read.', retryAfter: 1 },
};
