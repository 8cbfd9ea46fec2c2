import { hasPermission, mayHandleSubject, type Actor } from '@threadlog/auth';
import { LIMITS, type Subject, NOT_THERE } from '@threadlog/events';
import type { DeletionLogRow, ExportLogRow } from '@threadlog/read-models';
import type { DecisionContext, PrivacyState } from '../../decider';
import { happened, refuse, UNCHANGED, type Decide, type Passed, type Refusal } from '../../threads/domain/decision';
import { hoursLater } from './times';

/** Asks for all data of a person. One at a time: a second file while the first is made would say nothing else. */
export const requestExport: Decide<'privacy.export'> = ({ subject }, state, context) => {
  const refusal = mayAsk(subject, context) ?? isKnown(state) ?? isIdle(state, 'export');
  if (refusal) return refusal;
  return happened({
    type: 'CHAT_PRIVACY_EXPORT_REQUESTED',
    data: { request_id: context.newId, subject, requested_by: context.actor.id },
  });
};

/** Asks to erase a person. Until its time comes it can be called off; who keeps privacy may name the time. */
export const requestDeletion: Decide<'privacy.delete'> = (input, state, context) => {
  const { subject, reason } = input;
  const refusal = mayAsk(subject, context) ?? isKnown(state) ?? isIdle(state, 'deletion');
  if (refusal) return refusal;
  const usual = hoursLater(context.now, context.limits.erasureGraceHours);
  const wanted = input.executeAfter ?? usual;
  if (!isWithinReach(wanted, context.now))
    return refuse('invalid_request', `executeAfter must lie between now and ${LIMITS.erasureDays} days from now`);
  if (wanted < usual && !hasPermission(context.actor, 'chat:privacy'))
    return refuse(
      'forbidden',
      `an erasure is carried out ${context.limits.erasureGraceHours} hours later at the earliest`,
    );
  const execute_after = wanted < context.now ? context.now : wanted;
  return happened({
    type: 'CHAT_PRIVACY_DELETION_REQUESTED',
    data: { request_id: context.newId, subject, requested_by: context.actor.id, reason, execute_after },
  });
};

/** Clocks of callers may be behind ours: what was now for them so long ago is now. */
const SKEW_HOURS = 1 / 12;

/** Timestamps of events are compared as text: all are UTC, of the same length, of years with four digits. */
function isWithinReach(wanted: string, now: string): boolean {
  return hoursLater(now, -SKEW_HOURS) <= wanted && wanted <= hoursLater(now, LIMITS.erasureDays * 24);
}

/** Calls an erasure off. Too late once it has begun: keys may be gone already. */
export const cancelDeletion: Decide<'privacy.cancel'> = ({ requestId }, state, context) => {
  const row = state.deletions.get(requestId);
  if (!row || !mayTouch(context.actor, row)) return refuse(NOT_THERE.code, NOT_THERE.detail);
  if (row.status === 'cancelled') return UNCHANGED;
  if (row.status !== 'requested') return refuse('conflict', `the erasure is ${row.status} and cannot be called off`);
  return happened({
    type: 'CHAT_PRIVACY_DELETION_CANCELLED',
    data: { request_id: requestId, subject: subjectOf(row) },
  });
};

/** Lets an erased person write again, under a new key. */
export const readmitSubject: Decide<'privacy.readmit'> = (_input, state, { actor }) => {
  if (!hasPermission(actor, 'chat:privacy'))
    return refuse('forbidden', 'only who keeps privacy may let an erased person in again');
  const row = erasureOf(state);
  if (!row) return refuse('not_found', 'nobody of this id was erased');
  if (row.status !== 'completed') return refuse('conflict', 'the erasure is not finished');
  if (row.readmitted_at !== null) return UNCHANGED;
  return happened({
    type: 'CHAT_PRIVACY_SUBJECT_READMITTED',
    data: { request_id: row.request_id, subject: subjectOf(row) },
  });
};

/** The latest erasure that destroyed keys. */
function erasureOf({ deletions }: PrivacyState): DeletionLogRow | undefined {
  const erased = [...deletions.values()].filter((row) => row.erased_at !== null);
  return erased.sort((one, other) => (one.created_at < other.created_at ? 1 : -1))[0];
}

export function subjectOf({ subject_kind, subject_id }: Pick<DeletionLogRow, 'subject_kind' | 'subject_id'>): Subject {
  return { kind: subject_kind, id: subject_id };
}

function mayAsk(subject: Subject, { actor }: DecisionContext): Refusal | Passed {
  return mayHandleSubject(actor, subject) ? undefined : refuse('forbidden', 'not allowed to ask this for this person');
}

/** Whoever asked, and whoever might have asked. */
export function mayTouch(actor: Actor, row: DeletionLogRow | ExportLogRow): boolean {
  return row.requested_by === actor.id || mayHandleSubject(actor, subjectOf(row));
}

/** Of an erased person there is nothing left to export or erase, until let in again. */
function isKnown(state: PrivacyState): Refusal | Passed {
  const row = erasureOf(state);
  return row && row.readmitted_at === null ? refuse('subject_erased', 'this person was erased') : undefined;
}

function isIdle(state: PrivacyState, kind: 'export' | 'deletion'): Refusal | Passed {
  const rows = kind === 'export' ? state.exports.values() : state.deletions.values();
  const open = [...rows].find(({ status }) => status === 'requested' || status === 'running');
  return open && refuse('conflict', `request ${open.request_id} for this person is still open`);
}
