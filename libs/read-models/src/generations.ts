import { problem } from '@threadlog/events';
import type { Queryable } from './database';
import { READ_MODEL_REVISION } from './revision';

export type GenerationState = 'building' | 'active' | 'retired' | 'dropped';
export interface Generation {
  generation: number;
  state: GenerationState;
}

/**
 * The generation that builds of this revision serve, as a column. Builds of another one serve theirs, so that both can run
 * at a time.
 */
export const SERVED_GENERATION_SQL = `select generation as active from threadlog.generations
  where state = 'active' and revision = ${READ_MODEL_REVISION}`;

/** The generation that is served. Throws `unavailable` where there is none yet: this build's is still being made. */
export async function activeGeneration(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ active: number }>(SERVED_GENERATION_SQL);
  const [row] = rows;
  if (!row) throw problem('unavailable', 'the read model of this version is not there yet', { retryAfter: 1 });
  return row.active;
}

/** Every generation that a projector of this build must keep up: all but the dropped ones, oldest first. */
export async function liveGenerations(database: Queryable): Promise<Generation[]> {
  const { rows } = await database.query<Generation>(
    `select generation, state from threadlog.generations where state <> 'dropped' and revision = $1 order by generation`,
    [READ_MODEL_REVISION],
  );
  return rows;
}

/** A generation that only builds of its revision can read and write. */
export interface ForeignGeneration extends Generation {
  revision: number;
}

/** Those of other builds that are not dropped, oldest first: there are some while one build takes another's place. */
export async function generationsOfOtherBuilds(database: Queryable): Promise<ForeignGeneration[]> {
  const { rows } = await database.query<ForeignGeneration>(
    `select generation, state, revision from threadlog.generations
     where state <> 'dropped' and revision <> $1 order by generation`,
    [READ_MODEL_REVISION],
  );
  return rows;
}

/** Those that were dropped, whose messages may still lie in Mongo. */
export async function droppedGenerations(database: Queryable): Promise<number[]> {
  const { rows } = await database.query<{ generation: number }>(
    `select generation from threadlog.generations where state = 'dropped' order by generation`,
  );
  return rows.map(({ generation }) => generation);
}

export interface GenerationWatcher {
  /** The generation last seen to be served. Synchronous: for hot paths. */
  current(): number;
  /** Asks the database now. */
  refresh(): Promise<number>;
  stop(): void;
}

/**
 * Keeps the active generation at hand. A reader that is up to `pollMs` late reads the former generation, which its
 * projector still keeps up, so the flip is never seen as a gap. Failed polls keep the last answer.
 */
export async function createGenerationWatcher(
  database: Queryable,
  options: { pollMs?: number } = {},
): Promise<GenerationWatcher> {
  let current = await activeGeneration(database);
  const refresh = async (): Promise<number> => (current = await activeGeneration(database));
  const timer = setInterval(() => void refresh().catch(() => undefined), options.pollMs ?? 1_000);
  timer.unref();
  return { current: () => current, refresh, stop: () => clearInterval(timer) };
}
