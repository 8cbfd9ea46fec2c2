import type { TenantId } from '@threadlog/events';
import type { Database } from './database';
import { derivedUuid } from './derivedUuid';

/** What makes a run of an agent this one. */
export interface RunName {
  tenantId: TenantId;
  threadId: string;
  triggerMessageId: string;
  agentId: string;
}

/** The same for whoever runs it, however often: agents deduplicate by it. */
export function runIdOf({ tenantId, threadId, triggerMessageId, agentId }: RunName): string {
  return derivedUuid(JSON.stringify(['agent-run', tenantId, threadId, triggerMessageId, agentId]));
}

/** That somebody wants a run of a thread to stop. */
export interface RunStop {
  tenantId: TenantId;
  threadId: string;
  runId: string;
  stoppedBy: string;
}

/**
 * Notes that a run that is open shall stop; false where there is none of this id in the thread, or no more. Whichever process goes
 * on with the run finds the note, with who was the first to want it. Whether the caller may do that is not asked here.
 */
export async function stopRun(database: Database, run: RunStop): Promise<boolean> {
  const isAsked = await stopAsked(database, run);
  return (await stopStreamed(database, run)) || isAsked;
}

/** Of an agent that is asked. */
async function stopAsked(database: Database, { tenantId, threadId, runId, stoppedBy }: RunStop): Promise<boolean> {
  const { rows } = await database.query<RunName & { triggerIndex: number }>(
    `select agent_id as "agentId", trigger_message_id as "triggerMessageId", trigger_index as "triggerIndex"
     from threadlog.agent_runs where tenant_id = $1 and thread_id = $2`,
    [tenantId, threadId],
  );
  const run = rows.find(({ agentId, triggerMessageId }) => {
    return runIdOf({ tenantId, threadId, triggerMessageId, agentId }) === runId;
  });
  if (!run) return false;
  const { rowCount } = await database.query(
    `update threadlog.agent_runs set is_stopped = true, stopped_by = coalesce(stopped_by, $5)
     where tenant_id = $1 and thread_id = $2 and agent_id = $3 and trigger_index = $4`,
    [tenantId, threadId, run.agentId, run.triggerIndex, stoppedBy],
  );
  return (rowCount ?? 0) > 0;
}

/** Of an agent that streams its answer by itself. */
async function stopStreamed(database: Database, { tenantId, threadId, runId, stoppedBy }: RunStop): Promise<boolean> {
  const { rowCount } = await database.query(
    `update threadlog.agent_streams set is_stopped = true, stopped_by = coalesce(stopped_by, $4)
     where tenant_id = $1 and thread_id = $2 and run_id = $3 and alive_until > now()`,
    [tenantId, threadId, runId, stoppedBy],
  );
  return (rowCount ?? 0) > 0;
}

/** A run of an agent that is under way. */
export interface OpenRun {
  agentId: string;
  threadId: string;
  runId: string;
  /** `asked`: we ask the agent; `streams`: it answers by itself. */
  way: 'asked' | 'streams';
  /** When it was asked; null where the agent came by itself. */
  askedAt: string | null;
  /** How often it was tried again. */
  attempts: number;
  /** Whether somebody has stopped it. */
  isStopped: boolean;
}

/** Runs of a tenant's agents that are under way, those of each thread together; `limit` of either way at most. */
export async function openRunsOf(database: Database, tenantId: TenantId, limit: number): Promise<OpenRun[]> {
  const { rows } = await database.query<Omit<OpenRun, 'runId'> & { runId: string | null; triggerMessageId: string }>(
    `(select agent_id as "agentId", thread_id as "threadId", null as "runId", 'asked' as way, asked_at as "askedAt", attempts,
        is_stopped as "isStopped", trigger_message_id as "triggerMessageId"
      from threadlog.agent_runs where tenant_id = $1 order by thread_id, agent_id limit $2)
     union all
     (select agent_id, thread_id, run_id, 'streams', null, 0, is_stopped, ''
      from threadlog.agent_streams where tenant_id = $1 and alive_until > now() order by thread_id, agent_id limit $2)`,
    [tenantId, limit],
  );
  return rows.map(({ triggerMessageId, runId, ...run }) => ({
    ...run,
    runId: runId ?? runIdOf({ tenantId, threadId: run.threadId, triggerMessageId, agentId: run.agentId }),
  }));
}
