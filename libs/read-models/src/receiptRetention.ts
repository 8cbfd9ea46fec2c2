import type { Queryable } from './database';
import { generationSchema } from './schema/generation';

/** The longest time that an idempotency key can be configured to count, in hours. */
export const MAX_IDEMPOTENCY_HOURS = 168;
/** Hours that a receipt stays beyond that: more than clocks of ours are ever apart. */
const SLACK_HOURS = 24;
/** Nobody looks at a receipt of a greater age. */
export const RECEIPTS_KEPT_HOURS = MAX_IDEMPOTENCY_HOURS + SLACK_HOURS;

/** Receipts removed by one statement. */
export const PRUNED_AT_ONCE = 2_000;

/**
 * The time, as events write it, of the oldest receipt that counts. By the database's clock, the one that all instances
 * share; a projector whose own clock is wrong must not make keys forgotten early.
 */
export async function receiptHorizon(database: Queryable): Promise<string> {
  const { rows } = await database.query<{ horizon: string }>(
    `select to_char(
       (now() - make_interval(hours => $1::integer)) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
     ) as horizon`,
    [RECEIPTS_KEPT_HOURS],
  );
  return rows[0]!.horizon;
}

/**
 * Removes receipts from before the horizon, `PRUNED_AT_ONCE` at most, and says how many. Lanes never read receipts, so
 * nothing that they remember becomes wrong; a receipt that a lane replaces at this moment by a newer one stays, since
 * the place that was found is then no longer its own.
 */
export async function pruneReceipts(database: Queryable, generation: number, horizon: string): Promise<number> {
  const table = `${generationSchema(generation)}.command_receipts`;
  const { rowCount } = await database.query(
    `delete from ${table} where created_at < $1 and ctid = any(array(
       select ctid from ${table} where created_at < $1 limit ${PRUNED_AT_ONCE}
     ))`,
    [horizon],
  );
  return rowCount ?? 0;
}
