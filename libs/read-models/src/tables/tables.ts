import type {
  AuditRow,
  ParticipantRow,
  ReceiptRow,
  RosterRow,
  StreamRow,
  ThreadRow,
  UserRow,
  UserThreadRow,
} from '../rows';
import type { Table } from './table';

export * from './messageTables';

export const streamsTable: Table<StreamRow> = {
  name: 'streams',
  columns: {
    tenant_id: 'text',
    stream_type: 'text',
    stream_id: 'text',
    version: 'integer',
    last_timestamp: 'text',
    partition: 'integer',
    parked_at: 'text',
    gap: 'integer',
  },
  key: ['tenant_id', 'stream_type', 'stream_id'],
  guard: 'version',
};

export const threadsTable: Table<ThreadRow> = {
  name: 'threads',
  columns: {
    tenant_id: 'text',
    thread_id: 'text',
    type: 'text',
    channel: 'text',
    status: 'text',
    learner_id: 'text',
    title: 'text',
    title_by: 'text',
    metadata: 'text',
    metadata_by: 'text',
    parent_thread_id: 'text',
    root_message_id: 'text',
    root_version: 'integer',
    created_by: 'text',
    created_by_type: 'text',
    created_at: 'text',
    updated_at: 'text',
    version: 'integer',
    settings_version: 'integer',
    last_message_index: 'integer',
    last_message_id: 'text',
    last_message_at: 'text',
    deleted_count: 'integer',
    deleted_at: 'text',
  },
  key: ['tenant_id', 'thread_id'],
  guard: 'version',
};

export const participantsTable: Table<ParticipantRow> = {
  name: 'participants',
  columns: {
    tenant_id: 'text',
    thread_id: 'text',
    user_id: 'text',
    role: 'text',
    visible_from_index: 'integer',
    visible_from_version: 'integer',
    joined_index: 'integer',
    joined_at: 'text',
    version: 'integer',
    removed_at: 'text',
  },
  key: ['tenant_id', 'thread_id', 'user_id'],
  guard: 'version',
};

export const rostersTable: Table<RosterRow> = {
  name: 'rosters',
  columns: {
    tenant_id: 'text',
    thread_id: 'text',
    member_ids: 'text',
    member_roles: 'text',
    participant_count: 'integer',
    version: 'integer',
  },
  key: ['tenant_id', 'thread_id'],
  guard: 'version',
};

export const usersTable: Table<UserRow> = {
  name: 'users',
  columns: {
    tenant_id: 'text',
    user_id: 'text',
    display_name: 'text',
    avatar_url: 'text',
    email: 'text',
    metadata: 'text',
    synced_at: 'text',
    removed_at: 'text',
    version: 'integer',
  },
  key: ['tenant_id', 'user_id'],
  guard: 'version',
};

export const userThreadsTable: Table<UserThreadRow> = {
  name: 'user_threads',
  columns: {
    tenant_id: 'text',
    user_id: 'text',
    thread_id: 'text',
    read_index: 'integer',
    read_message_id: 'text',
    read_at: 'text',
    muted_until: 'text',
    pinned: 'boolean',
    hidden: 'boolean',
    marked_unread: 'boolean',
    version: 'integer',
  },
  key: ['tenant_id', 'user_id', 'thread_id'],
  guard: 'version',
};

export const receiptsTable: Table<ReceiptRow> = {
  name: 'command_receipts',
  columns: {
    tenant_id: 'text',
    stream_type: 'text',
    stream_id: 'text',
    key_hash: 'text',
    request_hash: 'text',
    actor_id: 'text',
    event_type: 'text',
    resource_id: 'text',
    version: 'integer',
    partition: 'integer',
    log_offset: 'bigint',
    created_at: 'text',
  },
  key: ['tenant_id', 'stream_type', 'stream_id', 'key_hash'],
  guard: 'version',
};

export const auditTable: Table<AuditRow> = {
  name: 'audit_log',
  columns: {
    tenant_id: 'text',
    stream_type: 'text',
    stream_id: 'text',
    version: 'integer',
    event_id: 'text',
    event_type: 'text',
    at: 'text',
    actor_type: 'text',
    actor_id: 'text',
    actor_role: 'text',
    thread_id: 'text',
    message_id: 'text',
    user_id: 'text',
    detail: 'jsonb',
  },
  key: ['tenant_id', 'stream_type', 'stream_id', 'version'],
  guard: 'version',
};
