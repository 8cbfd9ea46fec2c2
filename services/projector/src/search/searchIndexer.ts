import type { EventLog, Subscription } from '@threadlog/log';
import { createSearchTokens, type Database } from '@threadlog/read-models';
import type { Logger } from '@threadlog/service';
import { setTimeout as delay } from 'node:timers/promises';
import type { IndexSealing } from './indexRows';
import { createSearchLane, type SearchLane } from './searchLane';
import { beginSearchCheckpoints } from './storage';

export interface SearchIndexerDeps {
  database: Database;
  log: EventLog;
  sealing: IndexSealing;
  generation: number;
  logger: Logger;
  limit<T>(task: () => Promise<T>): Promise<T>;
  /** Milliseconds between looks whether a crash of the database has emptied the index; default 5,000. */
  watchMs?: number;
}

export interface SearchIndexer {
  /** Ends after the statements in progress. */
  stop(): Promise<void>;
}

/**
 * Keeps the blind index of a generation up with the log, at its own pace and with checkpoints of its own: it follows
 * the projection and never holds it up. Starts in the background and goes on trying.
 */
export function startSearchIndexer(deps: SearchIndexerDeps): SearchIndexer {
  const stopping = new AbortController();
  const running = run(deps, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

const RETRY_MS = 1_000;
/** A message is found a moment later; its words are not worth a commit of their own. */
const MIN_INTERVAL_MS = 250;

async function run(deps: SearchIndexerDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await follow(deps, signal);
    } catch (error) {
      deps.logger.warn({ generation: deps.generation, err: error }, 'search index not followed, trying again');
      await sleep(RETRY_MS, signal);
    }
  }
}

async function follow(deps: SearchIndexerDeps, signal: AbortSignal): Promise<void> {
  const { database, log, generation } = deps;
  const start = await beginSearchCheckpoints(database, generation, log.partitions);
  const lanes = new Map<number, SearchLane>();
  const following: { subscription?: Subscription } = {};
  const common = {
    ...deps,
    partitions: log.partitions,
    tokens: createSearchTokens(deps.sealing),
    seek: ((...to) => following.subscription?.seek(...to)) as Subscription['seek'],
  };
  for (const [partition, at] of start) {
    const onRetry = (error: unknown) =>
      deps.logger.warn({ generation, partition, err: error }, 'texts not indexed, trying again');
    lanes.set(partition, createSearchLane({ ...common, partition, start: at, onRetry }));
  }
  try {
    following.subscription = await log.follow({
      name: `search-${generation}`,
      minIntervalMs: MIN_INTERVAL_MS,
      start,
      onBatch: (batch) => lanes.get(batch.partition)!.accept(batch),
    });
    await watch(deps, lanes, signal);
  } finally {
    await Promise.all([...lanes.values()].map((lane) => lane.close()));
    await following.subscription?.stop();
  }
}

/** An index that a crash emptied stands before where its lane left it, and nothing need be written to notice. */
async function watch(
  { database, log, generation, logger, watchMs = 5_000 }: SearchIndexerDeps,
  lanes: ReadonlyMap<number, SearchLane>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(watchMs, signal);
    if (signal.aborted) return;
    // Taken first: a lane that goes on meanwhile is no reason to go back.
    const known = new Map([...lanes].map(([partition, lane]) => [partition, lane.position()]));
    const found = await beginSearchCheckpoints(database, generation, log.partitions).catch(() => null);
    for (const [partition, at] of found ?? []) {
      if (at.offset >= (known.get(partition) ?? 0)) continue;
      logger.warn({ generation, partition, offset: at.offset }, 'search index found behind, building it again');
      lanes.get(partition)?.rewind(at);
    }
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
