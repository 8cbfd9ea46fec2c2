import type { Queryable } from './database';
import { generationsOfOtherBuilds, liveGenerations } from './generations';
import { generationSchema } from './schema/generation';

/** How long a partition must be at least: the offset after the last record that somebody has seen in it. */
export interface KnownLength {
  offset: number;
  /** Who knows, for the operator. */
  by: string;
}

/** A partition whose log ends before what is known to have been in it: its last records are gone. */
export interface LogLoss {
  partition: number;
  /** Where the log ended when that was noticed. */
  head: number;
  known: number;
  knownBy: string;
}

const COMMAND = 'npm run cli -- log repair';

/** What happened, and what goes on from there: the same words in the log, in `/readyz` and in the CLI. */
export function describeLoss({ partition, head, known, knownBy }: LogLoss): string {
  return (
    `partition ${partition} of the log ends at ${head}, but ${knownBy} knows it up to ${known}: ` +
    `its last records are gone; nobody writes to it until "${COMMAND}" has been run`
  );
}

/** Relations of a generation that was dropped meanwhile. */
const UNDEFINED = new Set(['42P01', '3F000']);

/**
 * The least length of each partition, from everything that keeps a position of the log: checkpoints of all generations,
 * and what owners had acked. Ask for it before the log's end: then only a log that lost something is shorter.
 */
export async function readKnownLengths(database: Queryable): Promise<Map<number, KnownLength>> {
  for (let attempt = 0; ; attempt += 1) {
    const live = [...(await liveGenerations(database)), ...(await generationsOfOtherBuilds(database))];
    const generations = live.map(({ generation }) => generation);
    const sources = generations.map(
      (generation) =>
        `select partition, next_offset, 'the checkpoint of generation ${generation}' from ${generationSchema(generation)}.checkpoints`,
    );
    const leases = `select partition, known_offset, 'the last owner' from threadlog.partition_leases`;
    try {
      const { rows } = await database.query<{ partition: number; known: number; by: string }>(
        `select distinct on (partition) partition, known, by
         from (${[leases, ...sources].join(' union all ')}) as k (partition, known, by)
         order by partition, known desc`,
      );
      return new Map(rows.map(({ partition, known, by }) => [partition, { offset: known, by }]));
    } catch (error) {
      if (attempt > 0 || !UNDEFINED.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

/** Takes a partition from everybody, until it is repaired. Noted again, it keeps what it was first found with. */
export async function noteLogLoss(database: Queryable, { partition, head, known, knownBy }: LogLoss): Promise<void> {
  await database.query(
    `insert into threadlog.log_losses as l (partition, head, known, known_by) values ($1, $2, $3, $4)
     on conflict (partition) do update set head = least(l.head, excluded.head), known = greatest(l.known, excluded.known)`,
    [partition, head, known, knownBy],
  );
}

/** Partitions that nobody may own, by number. */
export async function readLogLosses(database: Queryable): Promise<LogLoss[]> {
  const { rows } = await database.query<LogLoss>(
    'select partition, head, known, known_by as "knownBy" from threadlog.log_losses order by partition',
  );
  return rows;
}

/** Where the log is shorter than what is known. */
export function lossesOf(known: ReadonlyMap<number, KnownLength>, heads: readonly number[]): LogLoss[] {
  return heads.flatMap((head, partition) => {
    const { offset, by } = known.get(partition) ?? { offset: 0, by: '' };
    return offset > head ? [{ partition, head, known: offset, knownBy: by }] : [];
  });
}
