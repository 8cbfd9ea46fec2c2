/**
 * The logs of privacy requests, and what holds for a tenant as a whole. No text: subjects are ids, reasons and errors
 * are codes, and a receipt names keys and counts.
 */
export function privacyTablesSql(schema: string): string {
  const common = `
  tenant_id text not null,
  request_id text not null,
  stream_id text not null,
  subject_kind text not null,
  subject_id text not null,
  learner_id text,
  requested_by text not null,
  status text not null,
  created_at text not null,
  completed_at text,
  error text,
  version integer not null`;
  return `
create table if not exists ${schema}.chat_export_logs (${common},
  expires_at text,
  files integer,
  counts jsonb,
  bytes bigint,
  sha256 text,
  downloads integer not null default 0,
  primary key (tenant_id, request_id)
);
create index if not exists export_logs_by_stream on ${schema}.chat_export_logs (tenant_id, stream_id, created_at desc);
create index if not exists export_logs_by_learner on ${schema}.chat_export_logs (tenant_id, learner_id)
  where learner_id is not null;
create index if not exists export_logs_open on ${schema}.chat_export_logs (created_at) where status = 'requested';

create table if not exists ${schema}.chat_deletion_logs (${common},
  reason text not null,
  execute_after text not null,
  started_at text,
  erased_at text,
  cancelled_at text,
  readmitted_at text,
  receipt jsonb,
  primary key (tenant_id, request_id)
);
create index if not exists deletion_logs_by_stream on ${schema}.chat_deletion_logs
  (tenant_id, stream_id, created_at desc);
create index if not exists deletion_logs_by_learner on ${schema}.chat_deletion_logs (tenant_id, learner_id)
  where learner_id is not null;
create index if not exists deletion_logs_open on ${schema}.chat_deletion_logs (execute_after)
  where status in ('requested', 'running');

create table if not exists ${schema}.tenants (
  tenant_id text not null,
  retention_days integer,
  retention_default boolean not null,
  holds jsonb not null,
  erasing jsonb not null,
  version integer not null,
  primary key (tenant_id)
);
create index if not exists tenants_held on ${schema}.tenants (tenant_id) where holds <> '[]'::jsonb;
create index if not exists tenants_limited on ${schema}.tenants (tenant_id) where retention_days is not null;
`;
}
