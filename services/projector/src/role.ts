import type { EventLog } from '@threadlog/log';
import {
  claimLogIdentity,
  describeLoss,
  droppedGenerations,
  READ_MODEL_REVISION,
  readLogLosses,
  type Database,
  type MessageStore,
} from '@threadlog/read-models';
import { createShares, type Shares } from '@threadlog/runtime';
import { createLimiter, pause, until, type Logger, type Metrics, type Role } from '@threadlog/service';
import { follow, type Start } from './generations/following';
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
  /** Where the operations port of this process is; by it a projector knows which partitions its own process owns. */
  opsUrl?: string;
  /** Milliseconds between looks for new and dropped generations, and for other projectors; default 1,000. */
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
const DEFAULT_POLL_MS = 1_000;
/** Projectors share with those that fold the same generations in the same way. */
const SHARING = `projector-${READ_MODEL_REVISION}`;
/** Looks of the others that one which leaves waits for. */
const HAND_OVER_LOOKS = 1.5;

/**
 * Folds the log into every generation that is not dropped. Refuses to run on a database that was built from another
 * log; waits for everything else. Several share the partitions; where two fold the same one for a moment, they lose time,
 * nothing else.
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
      const { pollMs = DEFAULT_POLL_MS } = deps;
      const shares = sharesOf(deps, pollMs);
      await forgetDropped(deps).catch((err: unknown) => deps.logger.warn({ err }, 'dropped generations not cleared'));
      const takeOver = createTakeOver(deps);
      const turn = async () => {
        try {
          await follow(deps, { running, start, share: await shares.round() });
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
      await until(signal, turn, { everyMs: pollMs, onFault });
      await handOver(shares, pollMs);
      await Promise.all([...running.values()].map((each) => each.stop()));
      running.clear();
      await deadLetters?.close();
    },
  };
}

function sharesOf({ database, log, opsUrl: url }: ProjectorDeps, pollMs: number): Shares {
  return createShares({ database, part: SHARING, partitions: log.partitions, url, everyMs: pollMs });
}

/** Goes on until the others have seen that they are to go on: nobody's reads wait for a hand-over. */
async function handOver(shares: Shares, pollMs: number): Promise<void> {
  const others = await shares.leave();
  if (others > 0) await pause(HAND_OVER_LOOKS * pollMs, new AbortController().signal);
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

function createStart(deps: ProjectorDeps, observer: LaneObserver): Start {
  const limit = createLimiter(deps.maxTransactions ?? DEFAULT_MAX_TRANSACTIONS);
  return async (generation, share) => {
    const { sealing } = deps;
    const store = deps.messageStore(generation);
    const common = { ...deps, generation, share, limit };
    const projector = await startGenerationProjector({ ...common, observer, store });
    const beside: Beside[] = [];
    if (share.has(0)) beside.push((signal) => runReceiptPruner(common, signal));
    if (sealing) beside.push((signal) => runSearchIndexer({ ...common, sealing }, signal));
    return withBeside(projector, beside);
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
