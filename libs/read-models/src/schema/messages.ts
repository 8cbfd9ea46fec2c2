import { generationSchema } from './generation';

/**
 * The message store's tables in Postgres, used when no Mongo is configured. `message_refs` is what relational queries
 * (unread, last message, look-up by message id) join: a view here, a slim table where the messages live in Mongo.
 */
export function postgresMessagesSql(generation: number): string {
  const schema = generationSchema(generation);
  return `
create table if not exists ${schema}.messages (
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
  created_at text not null,
  updated_at text not null,
  deleted_at text,
  delete_reason text,
  primary key (tenant_id, thread_id, message_index)
);
create unique index if not exists messages_by_id on ${schema}.messages (tenant_id, message_id);
create index if not exists messages_by_version on ${schema}.messages (tenant_id, thread_id, version);
-- Everything that somebody wrote; and what is unread is what was written since, less what oneself wrote and what is deleted.
create index if not exists messages_by_author on ${schema}.messages
  (tenant_id, sender_id, thread_id, message_index) include (deleted_at);
create index if not exists messages_pinned on ${schema}.messages (tenant_id, thread_id, message_index) where pinned;
create index if not exists messages_deleted on ${schema}.messages (tenant_id, thread_id, message_index)
  where deleted_at is not null;
create table if not exists ${schema}.message_edits (
  tenant_id text not null,
  thread_id text not null,
  message_index integer not null,
  slot integer not null,
  edit integer not null,
  sender_id text not null,
  content text,
  edited_at text not null,
  version integer not null,
  primary key (tenant_id, thread_id, message_index, slot)
);
create index if not exists message_edits_by_author on ${schema}.message_edits (tenant_id, sender_id)
  where content is not null;
create or replace view ${schema}.message_refs as
  select tenant_id, thread_id, message_index, message_id, sender_id, created_at, version, deleted_at is not null as deleted
  from ${schema}.messages;
`;
}

/** The slim table of messages that stands in Postgres where the messages themselves live in Mongo. */
export function mongoMessageRefsSql(generation: number): string {
  const schema = generationSchema(generation);
  return `
create table if not exists ${schema}.message_refs (
  tenant_id text not null,
  thread_id text not null,
  message_index integer not null,
  message_id text not null,
  sender_id text not null,
  created_at text not null,
  version integer not null,
  deleted boolean not null default false,
  primary key (tenant_id, thread_id, message_index)
);
create unique index if not exists message_refs_by_id on ${schema}.message_refs (tenant_id, message_id);
create index if not exists message_refs_by_author on ${schema}.message_refs
  (tenant_id, sender_id, thread_id, message_index) include (deleted);
create index if not exists message_refs_deleted on ${schema}.message_refs (tenant_id, thread_id, message_index)
  where deleted;
`;
}
