import type { Queryable } from '../database';

/** Who may write to a partition, and until when. */
export interface Lease {
  partition: number;
  epoch: number;
  /** Where its owner is reached; null where nobody ever owned it, or the owner gave it up. */
  owner: string | null;
  /** Whether the owner's time has not run out, by the database's clock. */
  held: boolean;
}

/** All leases, by partition; a partition that nobody ever asked for has none. */
export async function readLeases(database: Queryable): Promise<Map<number, Lease>> {
  const { rows } = await database.query<Lease>(
    `select partition, epoch, owner_url as owner,
       owner_id is not null and expires_at > clock_timestamp() as held
     from threadlog.partition_leases`,
  );
  return new Map(rows.map((row) => [row.partition, row]));
}
