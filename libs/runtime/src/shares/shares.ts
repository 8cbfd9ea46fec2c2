import { randomUUID } from 'node:crypto';
import type { Queryable } from '@threadlog/read-models';
import { pause } from '@threadlog/service';
import { assignPartitions, type Reader } from './assignment';

export interface SharesOptions {
  database: Queryable;
  /** Which part of the product shares: readers of one part share with each other. */
  part: string;
  partitions: number;
  /** Where the operations port of this process is; what says that it owns partitions, too. */
  url?: string | undefined;
  /** Milliseconds between two rounds of this instance. */
  everyMs: number;
}

/** Which partitions this instance reads, of a log that several instances share. */
export interface Shares {
  /** Says that this instance is there and tells what it is to read. Rejects while the database is away. */
  round(): Promise<ReadonlySet<number>>;
  /** Takes this instance off the list, and tells how many others are on it. Where nobody can say it is forgotten in time: 0. */
  leave(): Promise<number>;
}

/** How long a reader that says nothing counts as alive: rounds that it may miss, and no less than that in milliseconds. */
const ALIVE = { rounds: 2.5, leastMs: 1_000 };
/** A database that is away must not keep a process from ending. */
const GOODBYE_MS = 1_000;

const NOW = 'clock_timestamp()';
/**
 * One that starts at the same address as another has taken its place: what was killed is not waited for. The rows of the
 * statement's own insert are not in what it selects.
 */
const ROUND = `with gone as (
    delete from threadlog.log_readers
    where expires_at < ${NOW} - interval '1 minute' or (part = $1 and url = $3 and reader_id <> $2)
  ), own as (
    insert into threadlog.log_readers (part, reader_id, url, expires_at)
    values ($1, $2, $3, ${NOW} + $4 * interval '1 millisecond')
    on conflict (part, reader_id) do update set expires_at = excluded.expires_at
  )
  select
    (select coalesce(jsonb_agg(jsonb_build_object('id', reader_id, 'url', url)), '[]') from threadlog.log_readers
     where part = $1 and expires_at > ${NOW} and reader_id <> $2 and (url is null or url is distinct from $3)) as others,
    (select coalesce(jsonb_agg(jsonb_build_array(partition, owner_url)), '[]') from threadlog.partition_leases
     where owner_id is not null and expires_at > ${NOW}) as owners`;

/**
 * Shares by what instances say of themselves in the database, a row each. Nothing of what is right may rest on them: for
 * a moment after one has come, gone, or been cut off, two may read a partition, or nobody does, until one that was killed no longer
 * counts as alive.
 */
export function createShares({ database, part, partitions, url, everyMs }: SharesOptions): Shares {
  const id = randomUUID();
  const ttlMs = Math.max(ALIVE.leastMs, ALIVE.rounds * everyMs);

  async function gone(): Promise<number> {
    const { rows } = await database.query<{ others: number }>(
      `with own as (delete from threadlog.log_readers where part = $1 and reader_id = $2)
       select count(*)::integer as others from threadlog.log_readers
       where part = $1 and reader_id <> $2 and expires_at > ${NOW}`,
      [part, id],
    );
    return rows[0]!.others;
  }

  return {
    async round() {
      const { rows } = await database.query<{ others: Reader[]; owners: [number, string][] }>(ROUND, [
        ...[part, id, url ?? null],
        ttlMs,
      ]);
      const { others, owners } = rows[0]!;
      const readers = [...others, { id, url: url ?? null }];
      return assignPartitions({ readers, owners: new Map(owners), partitions }).get(id)!;
    },
    leave: () => Promise.race([gone().catch(() => 0), pause(GOODBYE_MS, new AbortController().signal).then(() => 0)]),
  };
}
