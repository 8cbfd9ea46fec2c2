import { hasPermission, inScope, mayHandleSubject, mayReadLogs, type Actor } from '@threadlog/auth';
import type { DeletionLogRow, ExportLogRow } from '@threadlog/read-models';

/** Whoever keeps privacy or reads logs sees every request of the tenant. */
export function seesAllRequests(actor: Actor): boolean {
  return mayReadLogs(actor) || hasPermission(actor, 'chat:privacy');
}

/** Whether a request is there for the actor: its own, about itself, about a guardian's learners, or any. */
export function seesRequest(actor: Actor, row: ExportLogRow | DeletionLogRow): boolean {
  const subject = { kind: row.subject_kind, id: row.subject_id };
  return seesAllRequests(actor) || row.requested_by === actor.id || mayHandleSubject(actor, subject);
}

/** Whether the actor may have the file: whoever asked for it, or might have. Seeing the request is not enough. */
export function mayDownload(actor: Actor, row: ExportLogRow | DeletionLogRow): boolean {
  return row.requested_by === actor.id || mayHandleSubject(actor, { kind: row.subject_kind, id: row.subject_id });
}

/** Whether holds and retention are the actor's business. */
export function seesTenant(actor: Actor): boolean {
  return mayReadLogs(actor) || hasPermission(actor, 'chat:privacy');
}

/** The learners whose requests a guardian sees; null for everybody's. */
export function scopeOf(actor: Actor): string[] | null {
  if (actor.role !== 'guardian') return [];
  return actor.learnerScope === '*' ? null : actor.learnerScope.filter((id) => inScope(actor, id));
}
