import type { LogBatch, ReadPosition } from '@threadlog/log';
import { readCheckpoint, type Database, type SearchTokens } from '@threadlog/read-models';
import { setTimeout as delay } from 'node:timers/promises';
import { createBatchQueue, type Run } from '../lanes/batchQueue';
import { indexRows, type IndexSealing } from './indexRows';
import { beginSearchCheckpoints, commitIndex } from './storage';

export interface SearchLaneDeps {
  database: Database;
  generation: number;
  partition: number;
  partitions: number;
  sealing: IndexSealing;
  tokens: SearchTokens;
  start: ReadPosition;
  seek(partition: number, position: ReadPosition): void;
  limit<T>(task: () => Promise<T>): Promise<T>;
  /** A fault that passes; the run is tried again. */
  onRetry(error: unknown): void;
}

/** Indexes the texts of one partition. */
export interface SearchLane {
  accept(batch: LogBatch): Promise<void>;
  /** Where the index should stand, as far as the lane knows. */
  position(): number;
  /** Goes on from where the index was found to stand. */
  rewind(to: ReadPosition): void;
  close(): Promise<void>;
}

const MAX_RUN_RECORDS = 1_000;
/** Between two runs: under load many messages share one, and a message is found a moment later. */
const PAUSE_MS = 250;
const FIRST_BACKOFF_MS = 100;
const LAST_BACKOFF_MS = 10_000;

export function createSearchLane(deps: SearchLaneDeps): SearchLane {
  const { partition } = deps;
  const queue = createBatchQueue(deps.start.offset, MAX_RUN_RECORDS);
  const closing = new AbortController();
  const { signal } = closing;
  let position = deps.start.offset;

  function rewind(to: ReadPosition): void {
    position = to.offset;
    queue.restart(to.offset);
    deps.seek(partition, to);
  }

  async function persist(run: Run): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await projected(deps, run.next.offset, signal);
        await settle(run);
        return;
      } catch (error) {
        if (signal.aborted) return;
        deps.onRetry(error);
        await pause(Math.min(FIRST_BACKOFF_MS * 2 ** failures, LAST_BACKOFF_MS), signal);
      }
    }
  }

  /** A run that was overtaken by a rewind, here or in `commitIndex`, is dropped: its records come again. */
  async function settle(run: Run): Promise<void> {
    if (run.from !== position) return;
    const events = run.entries.flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []));
    const write = await indexRows(events, deps);
    const batch = { ...deps, from: run.from, to: run.next, write };
    if (await deps.limit(() => commitIndex(deps.database, batch))) {
      if (run.from === position) position = run.next.offset;
      return;
    }
    const found = (await beginSearchCheckpoints(deps.database, deps.generation, deps.partitions)).get(partition)!;
    rewind(found);
  }

  async function work(): Promise<void> {
    for (let run = await queue.take(MAX_RUN_RECORDS); run; run = await queue.take(MAX_RUN_RECORDS)) {
      await persist(run);
      await pause(PAUSE_MS, signal);
    }
  }

  const working = work();
  return {
    accept: (batch) => queue.push(batch),
    position: () => position,
    rewind,
    async close() {
      closing.abort();
      queue.close();
      await working;
    },
  };
}

const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 500;

/**
 * Waits until the read model itself has what the run is about: whatever time there is belongs to it first, and a match
 * is looked up there anyway.
 */
async function projected(
  { database, generation, partition }: SearchLaneDeps,
  offset: number,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = FIRST_LOOK_MS; !signal.aborted; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
    if ((await readCheckpoint(database, generation, partition)).nextOffset >= offset) return;
    await pause(wait, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
