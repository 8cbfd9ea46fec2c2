/**
 * Who did what, a row an event. It is one of its stream's versions, so its place in the stream is its key. No text:
 * what an event sealed is not here, and `detail` holds enumerations, numbers and ids.
 */
export function auditTablesSql(schema: string): string {
  return `
create table if not exists ${schema}.audit_log (
  tenant_id text not null,
  stream_type text not null,
  stream_id text not null,
  version integer not null,
  event_id text not null,
  event_type text not null,
  at text not null,
  actor_type text not null,
  actor_id text not null,
  actor_role text,
  thread_id text,
  message_id text,
  user_id text,
  detail jsonb,
  primary key (tenant_id, stream_type, stream_id, version)
);
create index if not exists audit_by_time on ${schema}.audit_log (tenant_id, at desc, event_id desc);
create index if not exists audit_about_threads on ${schema}.audit_log (tenant_id, thread_id)
  where stream_type <> 'thread';
create index if not exists audit_by_actor on ${schema}.audit_log (tenant_id, actor_id, at desc, event_id desc);
`;
}
