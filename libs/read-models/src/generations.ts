import type { Queryable } from './database';

export type GenerationState = 'building' | 'active' | 'retired' | 'dropped';
export interface Generation {
  generation: number;
  state: GenerationState;
}

/** The generation that is served. Throws when the database was never migrated. */
export async function activeGeneration(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ active: number }>('select active from threadlog.read_model');
  const [row] = rows;
  if (!row) throw new Error('no active generation: migrate the database first');
  return row.active;
}

/** Every generation a projector must keep up: all but the dropped ones, oldest first. */
export async function liveGenerations(database: Queryable): Promise<Generation[]> {
  const { rows } = await database.query<Generation>(
    `select generation, state from threadlog.generations where state <> 'dropped' order by generation`,
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
