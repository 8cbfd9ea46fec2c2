import type { LegalHoldResource, PrivacyRequestResource, RetentionResource } from '@threadlog/events';
import type { DeletionLogRow, ExportLogRow, LegalHold, TenantRow } from '../projections';

/** What only the worker and the queries know of a request. */
export type RequestSurroundings = Partial<Pick<PrivacyRequestResource, 'progress' | 'download'>> & {
  /** True once the worker has begun with it. */
  running?: boolean;
};

/** An export as every surface shows it. */
export function presentExport(row: ExportLogRow, around: RequestSurroundings = {}): PrivacyRequestResource {
  return {
    ...common(row, around),
    kind: 'export',
    reason: null,
    executeAfter: null,
    startedAt: null,
    erasedAt: null,
    expiresAt: row.expires_at,
    files: row.files,
    counts: row.counts,
    bytes: row.bytes,
    sha256: row.sha256,
    downloads: row.downloads,
  };
}

/** An erasure as every surface shows it. */
export function presentDeletion(row: DeletionLogRow, around: RequestSurroundings = {}): PrivacyRequestResource {
  return {
    ...common(row, around),
    kind: 'deletion',
    reason: row.reason,
    executeAfter: row.execute_after,
    startedAt: row.started_at,
    erasedAt: row.erased_at,
    completedAt: row.completed_at ?? row.cancelled_at,
    expiresAt: null,
    files: null,
    counts: null,
    bytes: null,
    sha256: null,
    downloads: 0,
  };
}

function common(row: ExportLogRow | DeletionLogRow, { progress, download, running }: RequestSurroundings) {
  const begun = running === true && row.status === 'requested';
  return {
    id: row.request_id,
    subject: { kind: row.subject_kind, id: row.subject_id },
    status: begun ? ('running' as const) : row.status,
    requestedBy: row.requested_by,
    progress: progress ?? null,
    createdAt: row.created_at,
    completedAt: row.completed_at,
    error: row.error,
    download: download ?? null,
  };
}

/** A legal hold as every surface shows it. */
export function presentHold(hold: LegalHold): LegalHoldResource {
  const { hold_id, subject, held_thread_id, reason, reference, set_by, set_at } = hold;
  return { id: hold_id, subject, threadId: held_thread_id, reason, reference, setBy: set_by, setAt: set_at };
}

/** How long a tenant keeps messages; `deploymentDays` is what applies where it says nothing. */
export function presentRetention(row: TenantRow | null, deploymentDays: number | null): RetentionResource {
  if (!row || row.retention_default) return { days: deploymentDays, source: 'deployment' };
  return { days: row.retention_days, source: 'tenant' };
}
