import type { DeletionLogRow, ExportLogRow, TenantRow } from '../rows';
import type { Table } from './table';

const common = {
  tenant_id: 'text',
  request_id: 'text',
  stream_id: 'text',
  subject_kind: 'text',
  subject_id: 'text',
  learner_id: 'text',
  requested_by: 'text',
  status: 'text',
  created_at: 'text',
  completed_at: 'text',
  error: 'text',
  version: 'integer',
} as const;

export const exportLogsTable: Table<ExportLogRow> = {
  name: 'chat_export_logs',
  columns: {
    ...common,
    expires_at: 'text',
    files: 'integer',
    counts: 'jsonb',
    bytes: 'bigint',
    sha256: 'text',
    downloads: 'integer',
  },
  key: ['tenant_id', 'request_id'],
  guard: 'version',
};

export const deletionLogsTable: Table<DeletionLogRow> = {
  name: 'chat_deletion_logs',
  columns: {
    ...common,
    reason: 'text',
    execute_after: 'text',
    started_at: 'text',
    erased_at: 'text',
    cancelled_at: 'text',
    readmitted_at: 'text',
    receipt: 'jsonb',
  },
  key: ['tenant_id', 'request_id'],
  guard: 'version',
};

export const tenantsTable: Table<TenantRow> = {
  name: 'tenants',
  columns: {
    tenant_id: 'text',
    retention_days: 'integer',
    retention_default: 'boolean',
    holds: 'jsonb',
    erasing: 'jsonb',
    version: 'integer',
  },
  key: ['tenant_id'],
  guard: 'version',
};
