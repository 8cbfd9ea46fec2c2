import { mayHandleSubject, type Actor } from '@threadlog/auth';
import type { Subject } from '@threadlog/events';
import type { DeletionLogRow, ExportLogRow } from '@threadlog/read-models';
import { refuse, type DecisionContext, type Check, type Seen } from '../decision';

/** The latest erasure that destroyed keys. */
export function erasureOf({ deletions }: Seen<'privacy'>): DeletionLogRow | undefined {
  const erased = [...deletions.values()].filter((row) => row.erased_at !== null);
  return erased.sort((one, other) => (one.created_at < other.created_at ? 1 : -1))[0];
}

export function subjectOf({ subject_kind, subject_id }: Pick<DeletionLogRow, 'subject_kind' | 'subject_id'>): Subject {
  return { kind: subject_kind, id: subject_id };
}

export function mayAsk(subject: Subject, { actor }: DecisionContext): Check {
  return mayHandleSubject(actor, subject) ? undefined : refuse('forbidden', 'not allowed to ask this for this person');
}

/** Whoever asked, and whoever might have asked. */
export function mayTouch(actor: Actor, row: DeletionLogRow | ExportLogRow): boolean {
  return row.requested_by === actor.id || mayHandleSubject(actor, subjectOf(row));
}

/** Of an erased person there is nothing left to export or erase, until let in again. */
export function isKnown(state: Seen<'privacy'>): Check {
  const row = erasureOf(state);
  return row && row.readmitted_at === null ? refuse('subject_erased', 'this person was erased') : undefined;
}

export function isIdle(state: Seen<'privacy'>, kind: 'export' | 'deletion'): Check {
  const rows = kind === 'export' ? state.exports.values() : state.deletions.values();
  const open = [...rows].find(({ status }) => status === 'requested' || status === 'running');
  return open && refuse('conflict', `request ${open.request_id} for this person is still open`);
}
