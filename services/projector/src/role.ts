import type { EventLog } from '@threadlog/log';
import {
  claimLogIdentity,
  describeLoss,
  droppedGenerations,
  liveGenerations,
  readLogLosses,
  type Database,
  type MessageStore,
} from '@threadlog/read-models';
import { createLimiter, until, type Logger, type Metrics, type Role } from '@threadlog/service';
import { startGenerationProjector, type GenerationProjector } from './generations/generationProjector';
import type { LaneObserver } from './lanes/observer';
import { createObserver } from './observe';
import type { IndexSealing } from './search/indexRows';
import { dropGeneration } from './generations/lifecycle';
import { createSuccession, outlived } from './generations/succession';
import { runReceiptPruner } from './generations/receiptPruner';
import { runSearchIndexer } from './search/searchIndexer';
import { watchPassedOver } from './quarantine/passedOver';
import { createDeadLetters, DEAD_LETTER_TOPIC, type DeadLetters } from './quarantine/deadLetters';

/** A `Runtime` will do. The database must be migrated. */
export interface ProjectorDeps {
  database: Database;
  log: EventLog;
  logger: Logger;
  metrics: Metrics;
  messageStore(generation: number): MessageStore;
  /** Opens texts for the search index; without it, nothing is indexed. */
  sealing?: IndexSealing;
  /** Opens `chat.dlq.v1`; without it, quarantined records stand in the database alone. */
  openTopic?(topic: typeof DEAD_LETTER_TOPIC): Promise<EventLog>;
  /** Milliseconds between looks for new and dropped generations; default 1,000. */
  pollMs?: number;
  /** Milliseconds between looks whether a crash of the database has emptied the search index; default 5,000. */
  watchMs?: number;
  /** Milliseconds between looks for receipts that count no more; default ten minutes. */
  pruneEveryMs?: number;
  /** Hours for which read models of builds before this one are kept; default 24. */
  formerKeptHours?: number;
  /** Most transactions at a time, so that lanes leave connections to others; default 4. */
  maxTransactions?: number;
}

const DEFAULT_MAX_TRANSACTIONS = 4;

/**
 * Folds the log into every generation that is not dropped. Refuses to run on a database that was built from another
 * log; waits for everything else. Several may run at once: they get in each other's way and lose time, nothing else.
 */
export function createProjector(deps: ProjectorDeps): Role {
  const deadLetters = deadLettersOf(deps);
  const observer = createObserver(deps.logger, deps.metrics, deadLetters);
  const running = new Map<number, GenerationProjector>();
  const passedOver = watchPassedOver(deps);
  let fault: Error | null = new Error('not started');
  return {
    name: 'projector',
    checks: [
      {
        name: 'projector',
        async check() {
          const [loss] = await readLogLosses(deps.database);
          if (loss) throw new Error(describeLoss(loss));
          const trouble = fault ?? [...running.values()].map((each) => each.trouble()).find((error) => error !== null);
          if (trouble) throw trouble;
        },
        note: () => passedOver.summary(),
      },
    ],
    async run(signal) {
      const { logId, topic, partitions } = deps.log;
      await claimLogIdentity(deps.database, { logId, topic, partitions });
      const start = createStart(deps, observer);
      await forgetDropped(deps).catch((err: unknown) => deps.logger.warn({ err }, 'dropped generations not cleared'));
      const takeOver = createTakeOver(deps);
      const turn = async () => {
        try {
          await follow(deps, running, start);
          await takeOver();
          fault = null;
        } finally {
          await passedOver.look([...running.keys()]);
        }
      };
      const onFault = (error: unknown) => {
        fault = error as Error;
        deps.logger.warn({ err: fault }, 'generations not followed, trying again');
      };
      await until(signal, turn, { everyMs: deps.pollMs ?? 1_000, onFault });
      await Promise.all([...running.values()].map((each) => each.stop()));
      running.clear();
      await deadLetters?.close();
    },
  };
}

function deadLettersOf({ openTopic, logger }: ProjectorDeps): DeadLetters | null {
  if (!openTopic) return null;
  const onFailure = (err: unknown) => logger.warn({ err }, 'dead letter not published');
  return createDeadLetters({ open: () => openTopic(DEAD_LETTER_TOPIC), onFailure });
}

const FORMER_KEPT_HOURS = 24;

/** What an upgrade takes beside building: serving what was built, and in the end dropping what it took the place of. */
function createTakeOver({ database, messageStore, logger, formerKeptHours = FORMER_KEPT_HOURS }: ProjectorDeps) {
  const succeed = createSuccession(database);
  return async (): Promise<void> => {
    const generation = await succeed();
    if (generation !== null) logger.info({ generation }, 'the read model of this build is served');
    for (const former of await outlived(database, formerKeptHours)) {
      await dropGeneration(database, messageStore(former), former);
      logger.info({ generation: former }, 'the read model of a former build is dropped');
    }
  };
}

type Start = (generation: number) => Promise<GenerationProjector>;

function createStart(deps: ProjectorDeps, observer: LaneObserver): Start {
  const limit = createLimiter(deps.maxTransactions ?? DEFAULT_MAX_TRANSACTIONS);
  return async (generation) => {
    const { sealing } = deps;
    const store = deps.messageStore(generation);
    const projector = await startGenerationProjector({ ...deps, generation, observer, limit, store });
    return withBeside(projector, [
      (signal) => runReceiptPruner({ ...deps, generation, limit }, signal),
      ...(sealing ? [(signal: AbortSignal) => runSearchIndexer({ ...deps, sealing, generation, limit }, signal)] : []),
    ]);
  };
}

/**
 * The search index, which follows its generation, and the removal of old receipts. They stop before it. Their trouble is
 * nobody's: it makes a search find less, or a table longer.
 */
type Beside = (signal: AbortSignal) => Promise<void>;

function withBeside(projector: GenerationProjector, beside: readonly Beside[]): GenerationProjector {
  const stopping = new AbortController();
  const running = Promise.all(beside.map((run) => run(stopping.signal)));
  return {
    ...projector,
    async stop() {
      stopping.abort();
      await running;
      await projector.stop();
    },
  };
}

/** Clears up after generations that were dropped while no projector ran, as an upgrade does. Repeating it is harmless. */
async function forgetDropped({ database, messageStore }: ProjectorDeps): Promise<void> {
  for (const generation of await droppedGenerations(database)) {
    const store = messageStore(generation);
    if (store.kind === 'mongo') await store.drop();
  }
}

/** Starts and stops projectors until those running are those that live. */
async function follow(deps: ProjectorDeps, running: Map<number, GenerationProjector>, start: Start): Promise<void> {
  const live = new Set((await liveGenerations(deps.database)).map((each) => each.generation));
  for (const [generation, projector] of running) {
    if (live.has(generation)) continue;
    running.delete(generation);
    await projector.stop();
    const store = deps.messageStore(generation);
    // The last write to the store may have come after it was dropped.
    if (store.kind === 'mongo') await store.drop();
    deps.logger.info({ generation }, 'generation dropped');
  }
  for (const generation of live) {
    if (running.has(generation)) continue;
    running.set(generation, await start(generation));
    deps.logger.info({ generation }, 'generation followed');
  }
}
