import type { ChatEvent, EventOf } from '@threadlog/events';
import type { DeletionLogRow, ExportLogRow } from '../rows';

/** The privacy request an event is about, or null. */
export function privacyRequestOf(event: ChatEvent): string | null {
  return event.stream_type === 'privacy' && 'request_id' in event.data ? event.data.request_id : null;
}

/** Whether an event is about an export, rather than an erasure. */
export function isExportEvent(event: ChatEvent): boolean {
  return event.event_type.startsWith('CHAT_PRIVACY_EXPORT_');
}

/** The log row of an export after an event about it; the one fold of an export. A second delivery changes nothing. */
export function foldExport(row: ExportLogRow | null, event: ChatEvent): ExportLogRow | null {
  if (event.event_type === 'CHAT_PRIVACY_EXPORT_REQUESTED') return row ?? { ...begun(event), ...NO_FILE };
  return folded(row, event, EXPORT_FOLDS);
}

/** The log row of an erasure after an event about it; the one fold of an erasure. */
export function foldDeletion(row: DeletionLogRow | null, event: ChatEvent): DeletionLogRow | null {
  if (event.event_type === 'CHAT_PRIVACY_DELETION_REQUESTED') {
    const { reason, execute_after } = event.data;
    return row ?? { ...begun(event), ...NOT_BEGUN, reason, execute_after };
  }
  return folded(row, event, DELETION_FOLDS);
}

type Fold<Row, T extends ChatEvent['event_type']> = (row: Row, event: EventOf<T>) => void;
type Folds<Row> = { [T in ChatEvent['event_type']]?: Fold<Row, T> };

function folded<Row extends { version: number }>(row: Row | null, event: ChatEvent, folds: Folds<Row>): Row | null {
  const fold = folds[event.event_type];
  if (!row || !fold || event.stream_version <= row.version) return row;
  const next = { ...row, version: event.stream_version };
  fold(next, event as never);
  return next;
}

const EXPORT_FOLDS: Folds<ExportLogRow> = {
  CHAT_PRIVACY_EXPORT_COMPLETED(row, { data, timestamp }) {
    const { files, bytes, sha256, expires_at } = data;
    const counts = Object.fromEntries(data.counts.map(({ name, count }) => [name, count]));
    Object.assign(row, { status: 'completed', completed_at: timestamp, files, counts, bytes, sha256, expires_at });
  },
  CHAT_PRIVACY_EXPORT_FAILED(row, { data, timestamp }) {
    Object.assign(row, { status: 'failed', completed_at: timestamp, error: data.code });
  },
  CHAT_PRIVACY_EXPORT_DOWNLOADED(row) {
    row.downloads += 1;
  },
};

const DELETION_FOLDS: Folds<DeletionLogRow> = {
  CHAT_PRIVACY_DELETION_CANCELLED(row, { timestamp }) {
    Object.assign(row, { status: 'cancelled', cancelled_at: timestamp });
  },
  CHAT_PRIVACY_DELETION_STARTED(row, { timestamp }) {
    Object.assign(row, { status: 'running', started_at: timestamp });
  },
  CHAT_PRIVACY_SUBJECT_ERASED(row, { timestamp }) {
    row.erased_at = timestamp;
  },
  CHAT_PRIVACY_DELETION_COMPLETED(row, { data, timestamp }) {
    Object.assign(row, { status: 'completed', completed_at: timestamp, receipt: JSON.parse(data.receipt) as unknown });
  },
  CHAT_PRIVACY_DELETION_FAILED(row, { data, timestamp }) {
    Object.assign(row, { status: 'failed', completed_at: timestamp, error: data.code });
  },
  CHAT_PRIVACY_SUBJECT_READMITTED(row, { timestamp }) {
    row.readmitted_at = timestamp;
  },
};

function begun(event: EventOf<'CHAT_PRIVACY_EXPORT_REQUESTED' | 'CHAT_PRIVACY_DELETION_REQUESTED'>) {
  const { request_id, subject, requested_by } = event.data;
  return {
    tenant_id: event.tenant_id,
    request_id,
    stream_id: event.stream_id,
    subject_kind: subject.kind,
    subject_id: subject.id,
    learner_id: subject.kind === 'learner' ? subject.id : null,
    requested_by,
    status: 'requested' as const,
    created_at: event.timestamp,
    completed_at: null,
    error: null,
    version: event.stream_version,
  };
}

const NO_FILE = { expires_at: null, files: null, counts: null, bytes: null, sha256: null, downloads: 0 };
const NOT_BEGUN = { started_at: null, erased_at: null, cancelled_at: null, readmitted_at: null, receipt: null };
