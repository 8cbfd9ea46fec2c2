import type { ErasureReason, HoldReason, Json, PrivacyStatus, Subject, TenantId } from '@threadlog/events';

/** What the two logs of privacy requests have in common. */
interface PrivacyLogRow {
  tenant_id: TenantId;
  request_id: string;
  /** Stream of the subject's requests. */
  stream_id: string;
  subject_kind: Subject['kind'];
  subject_id: string;
  /** The subject once more where it is a learner, for looking up by learner. */
  learner_id: string | null;
  requested_by: string;
  status: PrivacyStatus;
  created_at: string;
  completed_at: string | null;
  /** Code of what made it fail. */
  error: string | null;
  version: number;
}

/** A request for all data of a person, and what came of it. */
export interface ExportLogRow extends PrivacyLogRow {
  expires_at: string | null;
  files: number | null;
  counts: Record<string, number> | null;
  bytes: number | null;
  sha256: string | null;
  downloads: number;
}

/** A request to erase a person or a tenant, and what came of it. */
export interface DeletionLogRow extends PrivacyLogRow {
  reason: ErasureReason;
  execute_after: string;
  started_at: string | null;
  erased_at: string | null;
  cancelled_at: string | null;
  /** When the erased subject was let in again. */
  readmitted_at: string | null;
  receipt: Record<string, Json> | null;
}

/** A legal hold on a person or on a thread. */
export interface LegalHold {
  hold_id: string;
  subject: Subject | null;
  held_thread_id: string | null;
  reason: HoldReason;
  reference: string | null;
  set_by: string;
  set_at: string;
}

/** What holds for a tenant as a whole; folded from its own stream. */
export interface TenantRow {
  tenant_id: TenantId;
  /** Null: for ever, unless `retention_default`. */
  retention_days: number | null;
  /** True where the deployment's own setting applies. */
  retention_default: boolean;
  holds: LegalHold[];
  /** Erasures that began and are not over: no hold can be set against them any more. */
  erasing: { request_id: string; subject: Subject }[];
  version: number;
}
