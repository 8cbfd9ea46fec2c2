import { problem, type ProblemError, type TenantId } from '@threadlog/events';
import { inTransaction, type Database } from '@threadlog/read-models';
import { MAX_RUNS_OF_AGENT, MAX_RUNS_OF_TENANT } from './turns';

/** Which run an agent streams. */
export interface StreamedRun {
  tenantId: TenantId;
  threadId: string;
  agentId: string;
  runId: string;
  triggerIndex: number;
}

/** What has become of the place of `token`. */
export interface PlaceState {
  token: string;
  /** Who has the place of that agent in that thread; null where nobody has. */
  holder: string | null;
  isStopped: boolean | null;
  stoppedBy: string | null;
  triggerIndex: number | null;
}

export interface PlaceStore {
  /** Null, or why there is no place. A newer message takes the place of an older one's stream, and a repeat that of the one before. */
  take(run: StreamedRun, token: string): Promise<ProblemError | null>;
  /** These go on; of others that ended long ago, of whatever tenant, some rows go. */
  keep(tokens: readonly string[]): Promise<void>;
  look(places: readonly ({ token: string } & StreamedRun)[]): Promise<PlaceState[]>;
  leave(token: string): Promise<void>;
}

/** Of a place of which nothing is heard: its process has ended. */
const ALIVE = "interval '15 seconds'";

/** What crashes left behind, by and by; never in the way of who counts the rows of a tenant. */
const SWEEP = `delete from threadlog.agent_streams where (tenant_id, thread_id, agent_id) in (
  select tenant_id, thread_id, agent_id from threadlog.agent_streams
  where alive_until < now() - interval '1 minute' limit 100 for update skip locked)`;

interface PlaceRow {
  thread_id: string;
  agent_id: string;
  trigger_index: number;
}

export function createPlaceStore(database: Database): PlaceStore {
  return {
    take: (run, token) =>
      inTransaction(database, async (client) => {
        // Those of a tenant wait for each other, for as long as it takes to count.
        await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`agent-streams ${run.tenantId}`]);
        await client.query('delete from threadlog.agent_streams where tenant_id = $1 and alive_until < now()', [
          run.tenantId,
        ]);
        const { rows } = await client.query<PlaceRow>(
          'select thread_id, agent_id, trigger_index from threadlog.agent_streams where tenant_id = $1',
          [run.tenantId],
        );
        const { rowCount } = await client.query(
          'select 1 from threadlog.agent_runs where agent_id = $1 and tenant_id = $2 and thread_id = $3',
          [run.agentId, run.tenantId, run.threadId],
        );
        const refusal = rowCount ? ASKED : refusalOf(run, rows);
        if (refusal) return refusal;
        await client.query(
          `insert into threadlog.agent_streams (tenant_id, thread_id, agent_id, run_id, trigger_index, token, alive_until)
           values ($1, $2, $3, $4, $5, $6, now() + ${ALIVE})
           on conflict (tenant_id, thread_id, agent_id) do update set
             run_id = excluded.run_id, trigger_index = excluded.trigger_index, token = excluded.token,
             is_stopped = false, stopped_by = null, alive_until = excluded.alive_until`,
          [run.tenantId, run.threadId, run.agentId, run.runId, run.triggerIndex, token],
        );
        return null;
      }),
    async keep(tokens) {
      await database.query(
        `update threadlog.agent_streams set alive_until = now() + ${ALIVE} where token = any($1::uuid[])`,
        [tokens],
      );
      await database.query(SWEEP);
    },
    async look(places) {
      const { rows } = await database.query<PlaceState>(
        `select t.token, s.token as holder, s.is_stopped as "isStopped", s.stopped_by as "stoppedBy", s.trigger_index as "triggerIndex"
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as t (token, tenant_id, thread_id, agent_id)
         left join threadlog.agent_streams s using (tenant_id, thread_id, agent_id)`,
        (['token', 'tenantId', 'threadId', 'agentId'] as const).map((name) => places.map((place) => place[name])),
      );
      return rows;
    },
    async leave(token) {
      await database.query('delete from threadlog.agent_streams where token = $1', [token]);
    },
  };
}

const ASKED = problem('conflict', 'the agent is being asked in this thread already, by request');
const OLDER = problem('conflict', 'the agent streams an answer to a newer message of this thread');
const FULL = (most: number, whose: string) =>
  problem('rate_limited', `at most ${most} streams of ${whose} at once`, { retryAfter: 1 });

function refusalOf(run: StreamedRun, rows: readonly PlaceRow[]): ProblemError | null {
  const isIts = ({ agent_id }: PlaceRow): boolean => agent_id === run.agentId;
  const before = rows.find((row) => isIts(row) && row.thread_id === run.threadId);
  if (before) return before.trigger_index > run.triggerIndex ? OLDER : null;
  if (rows.filter(isIts).length >= MAX_RUNS_OF_AGENT) return FULL(MAX_RUNS_OF_AGENT, 'an agent');
  return rows.length >= MAX_RUNS_OF_TENANT ? FULL(MAX_RUNS_OF_TENANT, 'agents of a tenant') : null;
}
