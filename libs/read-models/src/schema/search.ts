/**
 * The blind index of messages and titles (a title has index 0), and how far it has come. Tokens are keyed hashes of
 * words; beside them stands what access and order need, and nothing that tells the text.
 *
 * Both tables are unlogged, so that tokens reach neither the write-ahead log nor base backups. A crash of the database
 * empties both together: the index then begins again at the start of the log.
 */
export function searchTablesSql(schema: string): string {
  return `
create unlogged table if not exists ${schema}.message_search (
  tenant_id text not null,
  thread_id text not null,
  message_index integer not null,
  message_id text,
  root_id text not null,
  learner_id text,
  created_at text not null,
  version integer not null,
  tokens bigint[] not null,
  primary key (tenant_id, thread_id, message_index)
);
create index if not exists message_search_tokens on ${schema}.message_search using gin (tokens);
create index if not exists message_search_newest on ${schema}.message_search
  (tenant_id, created_at desc, thread_id desc);
create index if not exists message_search_by_root on ${schema}.message_search (tenant_id, root_id);
create index if not exists message_search_by_learner on ${schema}.message_search (tenant_id, learner_id)
  where learner_id is not null;

create unlogged table if not exists ${schema}.search_checkpoints (
  partition integer primary key,
  next_offset bigint not null,
  max_epoch bigint not null
) with (fillfactor = 50);
`;
}
