import { problem } from '@threadlog/events';
import type { Queryable } from '../database';
import { activeGeneration, generationsOfOtherBuilds, liveGenerations } from '../generations';
import { readCheckpoints, type Checkpoint } from '../queries/checkpoints';
import { generationSchema } from '../schema/generation';
import { createProjectionWait, type Look, type Offsets } from './projectionWait';

/** The log, as far as its ends are asked for. */
export interface LogEnds {
  partitions: number;
  /** The offset after the last record of a partition. */
  head(partition: number): Promise<number>;
}

/** Where every partition of the log ends now: what a projection stands at that has folded all of it. */
export async function logEnds(log: LogEnds): Promise<Offsets> {
  const heads = await Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.head(partition)));
  return new Map(heads.entries());
}

/** How far these checkpoints are. */
export function offsetsOf(checkpoints: ReadonlyMap<number, Pick<Checkpoint, 'nextOffset'>>): Offsets {
  return new Map([...checkpoints].map(([partition, { nextOffset }]) => [partition, nextOffset]));
}

/** How far a generation has folded the log. */
export async function foldedBy(database: Queryable, generation: number): Promise<Offsets> {
  return offsetsOf(await readCheckpoints(database, generation));
}

/** Looks at the generation that is served at that moment. */
export async function lookAtServed(database: Queryable): Promise<Look & { generation: number }> {
  const generation = await activeGeneration(database);
  return { offsets: await foldedBy(database, generation), generation };
}

/**
 * Looks at all generations that are kept up: how far the last of them is. While another build's are there nobody can
 * vouch for all, and so they are nowhere.
 */
export async function lookAtAll(database: Queryable): Promise<Look & { generations: number[] }> {
  if ((await generationsOfOtherBuilds(database)).length > 0) return { offsets: new Map(), generations: [] };
  const generations = (await liveGenerations(database)).map(({ generation }) => generation);
  const all = await Promise.all(generations.map((generation) => foldedBy(database, generation)));
  return { offsets: lowestOf(all), generations };
}

/** A partition that one of them has not begun is left out: it stands at 0. */
function lowestOf([first, ...others]: readonly Offsets[]): Offsets {
  const lowest = new Map<number, number>();
  for (const [partition, offset] of first ?? []) {
    lowest.set(partition, Math.min(offset, ...others.map((one) => one.get(partition) ?? 0)));
  }
  return lowest;
}

/**
 * Looks at the search index of a generation. Where there are no checkpoints there is no row either: nobody keeps an index,
 * or a crash of the database emptied both, and it is built again from the log. Then nothing is waited for: `offsets`
 * has no end.
 */
export async function lookAtIndex(
  database: Queryable,
  generation: number,
  partitions: readonly number[],
): Promise<Look> {
  const { rows } = await database.query<{ partition: number; next: number }>(
    `select partition, next_offset as next from ${generationSchema(generation)}.search_checkpoints`,
  );
  const offsets = new Map(partitions.map((partition) => [partition, Infinity]));
  for (const { partition, next } of rows) offsets.set(partition, next);
  return { offsets };
}

export interface AllProjectedDeps {
  log: LogEnds;
  look(): Promise<Look>;
  /** Most milliseconds to wait. */
  waitMs: number;
}

/**
 * Waits until the read model shows what stands in the log at the moment of the call; what is written later is not waited
 * for. Rejects with `projection_lagging` when it does not within the wait: to say "not found" then could be wrong.
 */
export function createAllProjected({ log, look, waitMs }: AllProjectedDeps): () => Promise<void> {
  const wait = createProjectionWait({ look });
  return async () => {
    const seen = await wait.until(await logEnds(log), { timeoutMs: waitMs });
    if (!seen) throw projectionLagging('the read model is behind the log; try again');
  };
}

/** What is answered where a projection is not as far as was asked for. */
export function projectionLagging(detail: string): Error {
  return problem('projection_lagging', detail, { retryAfter: 1 });
}
