import type { EventLog } from '@threadlog/log';
import {
  activeGeneration,
  generationSchema,
  liveGenerations,
  readCheckpoints,
  type Database,
} from '@threadlog/read-models';
import { setTimeout as delay } from 'node:timers/promises';
import { JobWaits } from '../jobs/job';

export interface ProjectedOptions {
  database: Database;
  log: Pick<EventLog, 'partitions' | 'head'>;
  /** Milliseconds to wait here before the job is put off. */
  timeoutMs?: number | undefined;
}

/** Waits for the read side: whatever is in the log now counts. Rejects with `JobWaits` when it does not come to it. */
export interface Projected {
  /** The generation that is served has everything; which one that is. */
  active(signal: AbortSignal): Promise<number>;
  /** All live generations have everything; which ones. */
  everywhere(signal: AbortSignal): Promise<number[]>;
  /** So have the search indexes of these generations, as far as anybody keeps them. */
  indexed(generations: readonly number[], signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 50;
const TIMEOUT_MS = 60_000;
const RETRY_MS = 5_000;

export function createProjected({ database, log, timeoutMs = TIMEOUT_MS }: ProjectedOptions): Projected {
  const heads = () => Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.head(partition)));

  async function until(reached: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await reached())) {
      if (performance.now() > deadline) throw new JobWaits('projection', RETRY_MS);
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  }

  async function hasAll(generation: number, wanted: readonly number[]): Promise<boolean> {
    const checkpoints = await readCheckpoints(database, generation);
    return wanted.every((head, partition) => (checkpoints.get(partition)?.nextOffset ?? 0) >= head);
  }

  return {
    async active(signal) {
      const wanted = await heads();
      let generation = await activeGeneration(database);
      await until(async () => hasAll((generation = await activeGeneration(database)), wanted), signal);
      return generation;
    },
    async everywhere(signal) {
      const wanted = await heads();
      let generations: number[] = [];
      await until(async () => {
        generations = (await liveGenerations(database)).map(({ generation }) => generation);
        const all = await Promise.all(generations.map((generation) => hasAll(generation, wanted)));
        return all.every(Boolean);
      }, signal);
      return generations;
    },
    async indexed(generations, signal) {
      const wanted = await heads();
      for (const generation of generations) await until(async () => indexHas(database, generation, wanted), signal);
    },
  };
}

/**
 * Whether the index stands behind these offsets. Where there are no checkpoints there is no row either: nobody keeps an
 * index, or a crash emptied both, and it is built again from a log whose texts no key opens any more.
 */
async function indexHas(database: Database, generation: number, wanted: readonly number[]): Promise<boolean> {
  const { rows } = await database.query<{ partition: number; next: number }>(
    `select partition, next_offset as next from ${generationSchema(generation)}.search_checkpoints`,
  );
  return rows.every(({ partition, next }) => next >= (wanted[partition] ?? 0));
}
