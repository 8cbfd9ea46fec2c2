/** Threads and who takes part in them. */
export function threadTablesSql(schema: string): string {
  return `
create table if not exists ${schema}.threads (
  tenant_id text not null,
  thread_id text not null,
  type text not null,
  channel text not null,
  status text not null,
  learner_id text,
  title text,
  title_by text,
  metadata text,
  metadata_by text,
  parent_thread_id text,
  root_message_id text,
  root_version integer,
  created_by text not null,
  created_by_type text not null,
  created_at text not null,
  updated_at text not null,
  version integer not null,
  settings_version integer not null,
  last_message_index integer not null default 0,
  last_message_id text,
  last_message_at text,
  deleted_count integer not null default 0,
  deleted_at text,
  parked_offset bigint, closed_at text,
  primary key (tenant_id, thread_id)
);
${threadIndexesSql(schema)}
${memberTablesSql(schema)}`;
}

/** Who takes part: a row each, and the first of them in one row a thread. */
function memberTablesSql(schema: string): string {
  return `
create table if not exists ${schema}.participants (
  tenant_id text not null,
  thread_id text not null,
  user_id text not null,
  role text not null,
  visible_from_index integer not null,
  visible_from_version integer not null,
  joined_index integer not null,
  joined_at text not null,
  version integer not null,
  removed_at text,
  primary key (tenant_id, thread_id, user_id)
);
create index if not exists participants_by_user on ${schema}.participants (tenant_id, user_id, thread_id)
  where removed_at is null;
create index if not exists participants_former on ${schema}.participants (tenant_id, user_id, thread_id)
  where removed_at is not null;

create table if not exists ${schema}.rosters (
  tenant_id text not null,
  thread_id text not null,
  member_ids text,
  member_roles text,
  participant_count integer not null,
  version integer not null,
  primary key (tenant_id, thread_id)
);
`;
}

/** Profiles of users, every personal column sealed; and what each user has read, and how it wants to see it. */
export function userTablesSql(schema: string): string {
  return `
create table if not exists ${schema}.users (
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

create table if not exists ${schema}.user_threads (
  tenant_id text not null,
  user_id text not null,
  thread_id text not null,
  read_index integer not null,
  read_message_id text,
  read_at text,
  muted_until text,
  pinned boolean not null,
  hidden boolean not null,
  marked_unread boolean not null,
  version integer not null,
  primary key (tenant_id, user_id, thread_id)
);
-- Who has read how far: of everybody in a thread, or of some, without looking at the rows.
create index if not exists user_threads_of_thread on ${schema}.user_threads (tenant_id, thread_id, user_id)
  include (read_index) where read_index > 0;
drop index if exists ${schema}.user_threads_by_thread;
create index if not exists user_threads_hidden on ${schema}.user_threads (tenant_id, user_id, thread_id) where hidden;
`;
}

/** What somebody wrote on threads is mostly both, which takes one entry. */
const threadIndexesSql = (schema: string): string => `
create index if not exists threads_by_activity on ${schema}.threads (tenant_id, updated_at desc, thread_id desc)
  where deleted_at is null and parent_thread_id is null;
create index if not exists threads_by_learner on ${schema}.threads (tenant_id, learner_id, updated_at desc, thread_id desc)
  where learner_id is not null;
create index if not exists threads_by_parent on ${schema}.threads (tenant_id, parent_thread_id, root_message_id)
  where parent_thread_id is not null;
create index if not exists threads_titled_by on ${schema}.threads (tenant_id, title_by, thread_id)
  where title_by is not null;
create index if not exists threads_described_by on ${schema}.threads (tenant_id, metadata_by, thread_id)
  where metadata_by is distinct from title_by;
`;

/** In SQL, of `threads` or an alias of it: whether this person wrote its title or metadata last, erased ones too. */
export function settingsBy(person: string, alias = 'threads'): string {
  return `(${alias}.title_by = ${person}
    or (${alias}.metadata_by = ${person} and ${alias}.metadata_by is distinct from ${alias}.title_by))`;
}
