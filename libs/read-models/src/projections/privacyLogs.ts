import type { ChatEvent, ErasureReason, EventOf, Json, PrivacyStatus, Subject, TenantId } from '@threadlog/events';
import { bigint, integer, json, nullable, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { UNTOUCHED, type Projection, type RowRef } from './projection';

/** What the two logs of privacy requests have in common. No text: subjects are ids, errors are codes. */
const common = {
  tenant_id: text<TenantId>(),
  request_id: text(),
  /** Stream of the subject's requests. */
  stream_id: text(),
  subject_kind: text<Subject['kind']>(),
  subject_id: text(),
  /** The subject once more where it is a learner, for looking up by learner. */
  learner_id: nullable(text()),
  requested_by: text(),
  status: text<PrivacyStatus>(),
  created_at: text(),
  completed_at: nullable(text()),
  /** Code of what made it fail. */
  error: nullable(text()),
  version: integer(),
};
const KEY = ['tenant_id', 'request_id'] as const;

/** Requests for all data of a person, and what came of them. */
export const exportLogsTable = defineTable({
  name: 'chat_export_logs',
  columns: {
    ...common,
    expires_at: nullable(text()),
    files: nullable(integer()),
    counts: nullable(json<Record<string, number>>()),
    bytes: nullable(bigint()),
    sha256: nullable(text()),
    downloads: integer('0'),
  },
  key: KEY,
  guard: 'version',
  indexes: {
    export_logs_by_stream: { on: 'tenant_id, stream_id, created_at desc' },
    export_logs_by_learner: { on: 'tenant_id, learner_id', where: 'learner_id is not null' },
    export_logs_open: { on: 'created_at', where: "status = 'requested'" },
  },
});

export type ExportLogRow = RowOf<typeof exportLogsTable>;

/** Requests to erase a person or a tenant, and what came of them. A receipt names keys and counts. */
export const deletionLogsTable = defineTable({
  name: 'chat_deletion_logs',
  columns: {
    ...common,
    reason: text<ErasureReason>(),
    execute_after: text(),
    started_at: nullable(text()),
    erased_at: nullable(text()),
    cancelled_at: nullable(text()),
    /** When the erased subject was let in again. */
    readmitted_at: nullable(text()),
    receipt: nullable(json<Record<string, Json>>()),
  },
  key: KEY,
  guard: 'version',
  indexes: {
    deletion_logs_by_stream: { on: 'tenant_id, stream_id, created_at desc' },
    deletion_logs_by_learner: { on: 'tenant_id, learner_id', where: 'learner_id is not null' },
    deletion_logs_open: { on: 'execute_after', where: "status in ('requested', 'running')" },
  },
});

export type DeletionLogRow = RowOf<typeof deletionLogsTable>;

export const exportLogs: Projection<ExportLogRow> = {
  table: exportLogsTable,
  remembered: false,
  touches: (event) => (isExportEvent(event) ? requestTouched(event, 'CHAT_PRIVACY_EXPORT_REQUESTED') : UNTOUCHED),
  fold: foldExport,
};

export const deletionLogs: Projection<DeletionLogRow> = {
  table: deletionLogsTable,
  remembered: false,
  touches: (event) => (isExportEvent(event) ? UNTOUCHED : requestTouched(event, 'CHAT_PRIVACY_DELETION_REQUESTED')),
  fold: foldDeletion,
};

function requestTouched(
  event: ChatEvent,
  first: ChatEvent['event_type'],
): RowRef<Pick<ExportLogRow, 'tenant_id' | 'request_id'>>[] {
  const requestId = privacyRequestOf(event);
  if (requestId === null) return UNTOUCHED;
  return [
    {
      key: { tenant_id: event.tenant_id, request_id: requestId },
      name: `${event.tenant_id}/${requestId}`,
      fresh: event.event_type === first,
    },
  ];
}

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
