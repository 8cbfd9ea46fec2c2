import type { Queryable } from './database';
import { generationSchema } from './schema/generation';

/** Record keys of a partition whose streams are parked: an event of theirs could not be projected. */
export async function readParkedKeys(database: Queryable, generation: number, partition: number): Promise<Set<string>> {
  const { rows } = await database.query<{ record_key: string }>(
    `select record_key from ${generationSchema(generation)}.parked_keys where partition = $1`,
    [partition],
  );
  return new Set(rows.map((row) => row.record_key));
}

/** What a generation could not apply, in numbers. */
export interface PassedOver {
  /** Record keys whose streams are parked. */
  parked: number;
  /** Records in quarantine: those that were at fault and those that wait behind them. */
  quarantined: number;
  /** Threads that nobody may see until they are replayed. */
  closed: number;
}

export async function countPassedOver(database: Queryable, generation: number): Promise<PassedOver> {
  const schema = generationSchema(generation);
  const { rows } = await database.query<PassedOver>(
    `select (select count(*) from ${schema}.parked_keys) as parked,
      (select count(*) from ${schema}.quarantine) as quarantined,
      (select count(*) from ${schema}.parked_keys where closed) as closed`,
  );
  return rows[0]!;
}
