/** Name of the Postgres schema of a generation; Mongo collections carry the same suffix. */
export function generationSchema(generation: number): string {
  return `read_${generation}`;
}

/**
 * Tables of one generation. Every personal field holds the sealed blob's text (`v1.…`) or null, and beside it stands
 * nothing that tells it. Timestamps are the events' own strings (microseconds; `Date` would cut them) and compare as text.
 * `version` is the stream version of the last event that changed the row, which guards every replayed write.
 */
export function generationSql(generation: number): string {
  const s = generationSchema(generation);
  return `
create schema if not exists ${s};

-- One row a stream, whatever its events: what the write side loads first.
create table if not exists ${s}.streams (
  tenant_id text not null,
  stream_type text not null,
  stream_id text not null,
  version integer not null,
  last_timestamp text not null,
  partition integer not null,
  parked_at text,
  primary key (tenant_id, stream_type, stream_id)
);

create table if not exists ${s}.threads (
  tenant_id text not null,
  thread_id text not null,
  type text not null,
  channel text not null,
  status text not null,
  learner_id text,
  title text,
  metadata text,
  parent_thread_id text,
  root_message_id text,
  created_by text not null,
  created_by_type text not null,
  created_at text not null,
  updated_at text not null,
  version integer not null,
  settings_version integer not null,
  last_message_index integer not null default 0,
  deleted_count integer not null default 0,
  deleted_at text,
  primary key (tenant_id, thread_id)
);
create index if not exists threads_by_activity on ${s}.threads (tenant_id, updated_at desc, thread_id desc)
  where deleted_at is null and parent_thread_id is null;
create index if not exists threads_by_learner on ${s}.threads (tenant_id, learner_id, updated_at desc) where learner_id is not null;
create index if not exists threads_by_parent on ${s}.threads (tenant_id, parent_thread_id) where parent_thread_id is not null;

create table if not exists ${s}.participants (
  tenant_id text not null,
  thread_id text not null,
  user_id text not null,
  role text not null,
  visible_from_index integer not null,
  joined_at text not null,
  version integer not null,
  removed_at text,
  primary key (tenant_id, thread_id, user_id)
);
create index if not exists participants_by_user on ${s}.participants (tenant_id, user_id, thread_id) where removed_at is null;

create table if not exists ${s}.users (
  tenant_id text not null,
  user_id text not null,
  display_name text,
  avatar_url text,
  email text,
  metadata text,
  synced_at text not null,
  removed_at text,
  version integer not null,
  primary key (tenant_id, user_id)
);

-- First answers by idempotency key; a command's events travel together, so the last one says where it stands.
create table if not exists ${s}.command_receipts (
  tenant_id text not null,
  stream_type text not null,
  stream_id text not null,
  key_hash text not null,
  request_hash text not null,
  actor_id text not null,
  event_type text not null,
  resource_id text not null,
  version integer not null,
  partition integer not null,
  log_offset bigint not null,
  created_at text not null,
  primary key (tenant_id, stream_type, stream_id, key_hash)
);
create index if not exists receipts_by_time on ${s}.command_receipts (created_at);

create table if not exists ${s}.checkpoints (
  partition integer primary key,
  next_offset bigint not null,
  max_epoch bigint not null,
  updated_at timestamptz not null default now()
);

create table if not exists ${s}.quarantine (
  partition integer not null,
  log_offset bigint not null,
  record_key text not null,
  reason text not null,
  value bytea not null,
  headers jsonb not null,
  created_at timestamptz not null default now(),
  primary key (partition, log_offset)
);
create index if not exists quarantine_by_key on ${s}.quarantine (record_key);
create table if not exists ${s}.parked_keys (
  record_key text primary key,
  partition integer not null,
  since_offset bigint not null
);
`;
}

/**
 * The message store's tables in Postgres, used when no Mongo is configured. `message_refs` is what relational queries
 * (unread, last message, look-up by message id) join: a view here, a slim table where the messages live in Mongo.
 */
export function postgresMessagesSql(generation: number): string {
  const s = generationSchema(generation);
  return `
create table if not exists ${s}.messages (
  tenant_id text not null,
  thread_id text not null,
  message_index integer not null,
  message_id text not null,
  version integer not null,
  created_version integer not null,
  sender_id text not null,
  sender_type text not null,
  message_type text not null,
  content text,
  metadata text,
  attachments text,
  reply_to text,
  mentions text[] not null,
  client_message_id text,
  edit integer not null default 0,
  pinned boolean not null default false,
  reactions jsonb,
  history jsonb,
  created_at text not null,
  updated_at text not null,
  deleted_at text,
  delete_reason text,
  primary key (tenant_id, thread_id, message_index)
);
create unique index if not exists messages_by_id on ${s}.messages (tenant_id, message_id);
create index if not exists messages_by_version on ${s}.messages (tenant_id, thread_id, version);
create or replace view ${s}.message_refs as
  select tenant_id, thread_id, message_index, message_id, sender_id, deleted_at is not null as deleted from ${s}.messages;
`;
}

export function mongoMessageRefsSql(generation: number): string {
  const s = generationSchema(generation);
  return `
create table if not exists ${s}.message_refs (
  tenant_id text not null,
  thread_id text not null,
  message_index integer not null,
  message_id text not null,
  sender_id text not null,
  deleted boolean not null default false,
  primary key (tenant_id, thread_id, message_index)
);
create unique index if not exists message_refs_by_id on ${s}.message_refs (tenant_id, message_id);
`;
}
