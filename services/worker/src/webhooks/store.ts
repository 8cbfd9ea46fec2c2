import type { TenantId } from '@threadlog/events';
import type { ReadPosition } from '@threadlog/log';
import { inTransaction, type Database, type Queryable } from '@threadlog/read-models';
import { readPositions, storePosition } from './positions';

/** A delivery that was not taken at once. */
export interface LateDelivery {
  partition: number;
  /** Of its record in the log. */
  offset: number;
  lane: string;
  tenantId: TenantId;
  eventId: string;
  attempts: number;
  /** When it may be tried. */
  dueAt: Date;
}

/** Why the last attempt was none. */
export interface Setback {
  status: number | null;
  reason: string;
}

/** What an endpoint has not taken. */
export interface WebhookStore {
  positions(): Promise<Map<number, ReadPosition>>;
  /** Lanes in which something waits, each with when its first delivery may be tried. */
  lateLanes(): Promise<Map<string, Date>>;
  /** How many deliveries wait. */
  waiting(): Promise<number>;
  /** Moves the position of a partition, never back, and notes what before it was not taken: both or neither. */
  advance(partition: number, to: ReadPosition, late: readonly LateDelivery[]): Promise<void>;
  /** The first deliveries of a lane, in order, at most so many. */
  first(lane: string, most: number): Promise<LateDelivery[]>;
  /** It was taken, or is to be told no more. */
  remove(delivery: LateDelivery): Promise<void>;
  postpone(delivery: LateDelivery, dueAt: Date, setback: Setback): Promise<void>;
  /** Gives it up. */
  bury(delivery: LateDelivery, at: Date, setback: Setback): Promise<void>;
  /** Forgets what was given up before; how many there were. */
  forgetDead(before: Date): Promise<number>;
}

const LATE = `partition, log_offset as "offset", lane, tenant_id as "tenantId", event_id as "eventId", attempts,
  due_at as "dueAt"`;
const ONE = 'endpoint_id = $1 and partition = $2 and log_offset = $3';

export function createWebhookStore(database: Database, endpointId: string): WebhookStore {
  const where = ({ partition, offset }: LateDelivery) => [endpointId, partition, offset];
  return {
    positions: () => readPositions(database, endpointId),
    async lateLanes() {
      const { rows } = await database.query<{ lane: string; dueAt: Date }>(
        `select distinct on (lane) lane, due_at as "dueAt" from threadlog.webhook_deliveries
         where endpoint_id = $1 and dead_at is null order by lane, log_offset`,
        [endpointId],
      );
      return new Map(rows.map(({ lane, dueAt }) => [lane, dueAt]));
    },
    async waiting() {
      const { rows } = await database.query<{ count: number }>(
        'select count(*) from threadlog.webhook_deliveries where endpoint_id = $1 and dead_at is null',
        [endpointId],
      );
      return rows[0]!.count;
    },
    async advance(partition, to, late) {
      if (late.length === 0) return storePosition(database, endpointId, partition, to);
      await inTransaction(database, async (client) => {
        await insertLate(client, endpointId, late);
        await storePosition(client, endpointId, partition, to);
      });
    },
    async first(lane, most) {
      const { rows } = await database.query<LateDelivery>(
        `select ${LATE} from threadlog.webhook_deliveries
         where endpoint_id = $1 and lane = $2 and dead_at is null order by log_offset limit $3`,
        [endpointId, lane, most],
      );
      return rows;
    },
    async remove(delivery) {
      await database.query(`delete from threadlog.webhook_deliveries where ${ONE}`, where(delivery));
    },
    async postpone(delivery, dueAt, { status, reason }) {
      await database.query(
        `update threadlog.webhook_deliveries
         set attempts = attempts + 1, due_at = $4, last_status = $5, last_reason = $6 where ${ONE}`,
        [...where(delivery), dueAt, status, reason],
      );
    },
    async bury(delivery, at, { status, reason }) {
      await database.query(
        `update threadlog.webhook_deliveries
         set attempts = attempts + 1, dead_at = $4, last_status = $5, last_reason = $6 where ${ONE}`,
        [...where(delivery), at, status, reason],
      );
    },
    async forgetDead(before) {
      const { rowCount } = await database.query(
        'delete from threadlog.webhook_deliveries where endpoint_id = $1 and dead_at < $2',
        [endpointId, before],
      );
      return rowCount ?? 0;
    },
  };
}

/** Noting one again changes nothing: a batch that was not seen through comes again. */
async function insertLate(queryable: Queryable, endpointId: string, late: readonly LateDelivery[]): Promise<void> {
  const column = <T>(of: (delivery: LateDelivery) => T): T[] => late.map(of);
  await queryable.query(
    `insert into threadlog.webhook_deliveries
       (endpoint_id, partition, log_offset, lane, tenant_id, event_id, attempts, due_at)
     select $1, * from unnest($2::int[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::int[], $8::timestamptz[])
     on conflict do nothing`,
    [
      endpointId,
      column(({ partition }) => partition),
      column(({ offset }) => offset),
      column(({ lane }) => lane),
      column(({ tenantId }) => tenantId),
      column(({ eventId }) => eventId),
      column(({ attempts }) => attempts),
      column(({ dueAt }) => dueAt),
    ],
  );
}
