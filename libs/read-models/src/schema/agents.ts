/**
 * How far the log was looked through for agents, one row a partition (`agent_id` is the reader: `*`, since one reads for all),
 * and which of their runs are open: of each the newest message of a thread that asks it and is not dealt with. No text is here.
 */
export const AGENTS_SQL = `
create table if not exists threadlog.agent_positions (
  agent_id text not null,
  partition integer not null,
  next_offset bigint not null,
  max_epoch bigint not null,
  primary key (agent_id, partition)
);
create table if not exists threadlog.agent_runs (
  agent_id text not null,
  tenant_id text not null,
  thread_id text not null,
  trigger_message_id text not null,
  trigger_index integer not null,
  asked_by text not null,
  asked_at text not null,
  attempts integer not null default 0,
  primary key (agent_id, tenant_id, thread_id)
);
alter table threadlog.agent_runs add column if not exists is_stopped boolean not null default false;
create index if not exists agent_runs_by_thread on threadlog.agent_runs (tenant_id, thread_id);
create index if not exists agent_runs_stopped on threadlog.agent_runs (agent_id) where is_stopped;
`;

/**
 * Which agents stream an answer by themselves, one a thread, and where: `token` is the request's. A row of which nothing was heard for
 * long is of a process that ended. No text is here.
 */
export const AGENT_STREAMS_SQL = `
create table if not exists threadlog.agent_streams (
  tenant_id text not null,
  thread_id text not null,
  agent_id text not null,
  run_id text not null,
  trigger_index integer not null,
  token uuid not null,
  is_stopped boolean not null default false,
  alive_until timestamptz not null,
  primary key (tenant_id, thread_id, agent_id)
);
`;

/** Who wants a run to stop: null where nobody does, and of notes of earlier builds. */
export const AGENT_STOPS_SQL = `
alter table threadlog.agent_runs add column if not exists stopped_by text;
alter table threadlog.agent_streams add column if not exists stopped_by text;
`;
