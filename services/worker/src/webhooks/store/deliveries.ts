import type { TenantId } from '@threadlog/events';
import type { Database, Queryable } from '@threadlog/read-models';

/** A delivery that was not taken at once. */
export interface LateDelivery {
  partition: number;
  /** Of its record in the log. */
  offset: number;
  lane: string;
  tenantId: TenantId;
  eventId: string;
  /** Its name; null for what former builds noted. */
  event: string | null;
  attempts: number;
  /** When it may be tried. */
  dueAt: Date;
  /** Of the last attempt, where there was one. */
  status: number | null;
  reason: string | null;
  /** When it was given up. */
  deadAt: Date | null;
}

/** Why the last attempt was none. */
export interface Setback {
  status: number | null;
  reason: string;
}

/** A lane in which something waits. */
export interface WaitingLane {
  outlet: string;
  lane: string;
  /** When its first delivery may be tried. */
  dueAt: Date;
  /** Deliveries that wait in it. */
  count: number;
}

/** What was not taken. */
export interface Deliveries {
  waiting(): Promise<WaitingLane[]>;
  /** The first deliveries of a lane, in order, at most so many. */
  first(outlet: string, lane: string, most: number): Promise<LateDelivery[]>;
  /** It was taken, or is to be told no more. */
  remove(outlet: string, delivery: LateDelivery): Promise<void>;
  postpone(outlet: string, delivery: LateDelivery, dueAt: Date, setback: Setback): Promise<void>;
  /** Gives it up. */
  bury(outlet: string, delivery: LateDelivery, at: Date, setback: Setback): Promise<void>;
  /** Forgets what was given up before; how many there were. */
  forgetDead(before: Date): Promise<number>;
}

const LATE = `partition, log_offset as "offset", lane, tenant_id as "tenantId", event_id as "eventId", event, attempts,
  due_at as "dueAt", last_status as "status", last_reason as "reason", dead_at as "deadAt"`;
const ONE = 'outlet = $1 and partition = $2 and log_offset = $3';

export function createDeliveries(database: Database): Deliveries {
  const where = (outlet: string, { partition, offset }: LateDelivery) => [outlet, partition, offset];
  return {
    async waiting() {
      const { rows } = await database.query<WaitingLane>(
        `select distinct on (outlet, lane) outlet, lane, due_at as "dueAt",
           count(*) over (partition by outlet, lane) as "count"
         from threadlog.webhook_deliveries where dead_at is null order by outlet, lane, log_offset`,
      );
      return rows;
    },
    async first(outlet, lane, most) {
      const { rows } = await database.query<LateDelivery>(
        `select ${LATE} from threadlog.webhook_deliveries
         where outlet = $1 and lane = $2 and dead_at is null order by log_offset limit $3`,
        [outlet, lane, most],
      );
      return rows;
    },
    async remove(outlet, delivery) {
      await database.query(`delete from threadlog.webhook_deliveries where ${ONE}`, where(outlet, delivery));
    },
    async postpone(outlet, delivery, dueAt, { status, reason }) {
      await database.query(
        `update threadlog.webhook_deliveries
         set attempts = attempts + 1, due_at = $4, last_status = $5, last_reason = $6 where ${ONE}`,
        [...where(outlet, delivery), dueAt, status, reason],
      );
    },
    async bury(outlet, delivery, at, { status, reason }) {
      await database.query(
        `update threadlog.webhook_deliveries
         set attempts = attempts + 1, dead_at = $4, last_status = $5, last_reason = $6 where ${ONE}`,
        [...where(outlet, delivery), at, status, reason],
      );
    },
    async forgetDead(before) {
      const { rowCount } = await database.query('delete from threadlog.webhook_deliveries where dead_at < $1', [
        before,
      ]);
      return rowCount ?? 0;
    },
  };
}

/** A delivery and whose it is. */
export interface Noted {
  outlet: string;
  delivery: LateDelivery;
}

/** Noting one again changes nothing: what was not seen through comes again. */
export async function insertLate(queryable: Queryable, noted: readonly Noted[]): Promise<void> {
  const column = <T>(of: (delivery: LateDelivery) => T): T[] => noted.map(({ delivery }) => of(delivery));
  await queryable.query(
    `insert into threadlog.webhook_deliveries
       (outlet, partition, log_offset, lane, tenant_id, event_id, attempts, due_at, last_status, last_reason, dead_at, event)
     select * from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::int[],
       $8::timestamptz[], $9::int[], $10::text[], $11::timestamptz[], $12::text[])
     on conflict do nothing`,
    [
      noted.map(({ outlet }) => outlet),
      column(({ partition }) => partition),
      column(({ offset }) => offset),
      column(({ lane }) => lane),
      column(({ tenantId }) => tenantId),
      column(({ eventId }) => eventId),
      column(({ attempts }) => attempts),
      column(({ dueAt }) => dueAt),
      column(({ status }) => status),
      column(({ reason }) => reason),
      column(({ deadAt }) => deadAt),
      column(({ event }) => event),
    ],
  );
}

/** Nothing of these outlets waits any more. */
export async function purgeOutlets(queryable: Queryable, outlets: readonly string[]): Promise<void> {
  await queryable.query('delete from threadlog.webhook_deliveries where outlet = any($1) and dead_at is null', [
    outlets,
  ]);
}
