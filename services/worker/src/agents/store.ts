import type { ReadPosition } from '@threadlog/log';
import { inTransaction, type Database, type Queryable } from '@threadlog/read-models';
import type { OpenRun } from './asks';

/** What has been looked at for agents, and which of their runs are open. */
export interface AgentStore {
  positions(): Promise<Map<number, ReadPosition>>;
  openRuns(): Promise<OpenRun[]>;
  /** Those of them that somebody wants to stop. */
  stoppedRuns(): Promise<OpenRun[]>;
  /** Moves the position of a partition, never back, and notes what before it asks: both or neither. The newest of a thread stays. */
  advance(partition: number, to: ReadPosition, asking: readonly OpenRun[]): Promise<void>;
  countAttempt(run: OpenRun): Promise<void>;
  /** It is dealt with. */
  remove(run: OpenRun): Promise<void>;
}

const RUN = `agent_id as "agentId", tenant_id as "tenantId", thread_id as "threadId", trigger_message_id as "triggerMessageId",
  trigger_index as "triggerIndex", asked_by as "askedBy", asked_at as "askedAt", attempts, is_stopped as "isStopped",
  stopped_by as "stoppedBy"`;
const ONE = 'agent_id = $1 and tenant_id = $2 and thread_id = $3 and trigger_index = $4';

/** `reader`: under which name positions stand. */
export function createAgentStore(database: Database, reader: string): AgentStore {
  const where = ({ agentId, tenantId, threadId, triggerIndex }: OpenRun) => [agentId, tenantId, threadId, triggerIndex];
  return {
    async positions() {
      const { rows } = await database.query<{ partition: number } & ReadPosition>(
        `select partition, next_offset as "offset", max_epoch as "maxEpoch"
         from threadlog.agent_positions where agent_id = $1`,
        [reader],
      );
      return new Map(rows.map(({ partition, offset, maxEpoch }) => [partition, { offset, maxEpoch }]));
    },
    async openRuns() {
      return (await database.query<OpenRun>(`select ${RUN} from threadlog.agent_runs`)).rows;
    },
    async stoppedRuns() {
      return (await database.query<OpenRun>(`select ${RUN} from threadlog.agent_runs where is_stopped`)).rows;
    },
    async advance(partition, to, asking) {
      await inTransaction(database, async (client) => {
        for (const run of asking) await insertRun(client, run);
        await client.query(
          `insert into threadlog.agent_positions as p (agent_id, partition, next_offset, max_epoch)
           values ($1, $2, $3, $4)
           on conflict (agent_id, partition)
           do update set next_offset = excluded.next_offset, max_epoch = excluded.max_epoch
           where p.next_offset < excluded.next_offset`,
          [reader, partition, to.offset, to.maxEpoch],
        );
      });
    },
    async countAttempt(run) {
      await database.query(`update threadlog.agent_runs set attempts = attempts + 1 where ${ONE}`, where(run));
    },
    async remove(run) {
      await database.query(`delete from threadlog.agent_runs where ${ONE}`, where(run));
    },
  };
}

async function insertRun(client: Queryable, run: OpenRun): Promise<void> {
  await client.query(
    `insert into threadlog.agent_runs as r
       (agent_id, tenant_id, thread_id, trigger_message_id, trigger_index, asked_by, asked_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (agent_id, tenant_id, thread_id) do update set
       trigger_message_id = excluded.trigger_message_id, trigger_index = excluded.trigger_index,
       asked_by = excluded.asked_by, asked_at = excluded.asked_at, attempts = 0,
       is_stopped = false, stopped_by = null
     where r.trigger_index < excluded.trigger_index`,
    [run.agentId, run.tenantId, run.threadId, run.triggerMessageId, run.triggerIndex, run.askedBy, run.askedAt],
  );
}
