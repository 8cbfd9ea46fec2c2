import { setTimeout as delay } from 'node:timers/promises';
import { problem } from '@threadlog/events';
import {
  createGenerationWatcher,
  createProfiles,
  createStatements,
  createThreadQueries,
  readCheckpoint,
  type GenerationWatcher,
} from '@threadlog/read-models';
import type { Runtime } from '@threadlog/runtime';
import { decodeConsistencyToken, mountRoutes, type Role, type Route } from '@threadlog/service';
import { Router } from 'express';
import { createConsistency } from './consistency';
import type { QueryContext } from './context';
import { docsRouter } from './docs';
import { openApiDocument, type ApiInfo } from './openapi';
import { queryRoutes } from './routes';

export interface QueryApiDeps extends Pick<Runtime, 'database' | 'sealing' | 'admission' | 'messageStore' | 'logger'> {
  log: { logId: string; partitions: number };
  /** Most milliseconds a read waits for the write that its consistency token names; 2,000 by default. */
  readWaitMs?: number;
  /** Routes of other roles that `/openapi.json` and `/docs` show too. */
  alsoDocumented?: readonly Route[];
  info?: ApiInfo;
  /** Checks every reply against its declared schema. For tests. */
  checkReplies?: boolean;
}

const INFO: ApiInfo = { title: 'Threadlog', version: '1.0.0' };
const RETRY_MS = 250;

/**
 * Serves threads and messages from the generation that is active, and the API's documentation. Holds no state of its
 * own but caches; any number of instances run side by side. Until `run` has found the active generation, reads are
 * answered `unavailable`.
 */
export function createQueryApi(deps: QueryApiDeps): Role {
  const { database, sealing, admission, alsoDocumented = [], info = INFO, checkReplies } = deps;
  let watcher: GenerationWatcher | undefined;
  const generation = (): number => {
    if (!watcher) throw notReady();
    return watcher.current();
  };
  const source = { database, generation };
  const users = createThreadQueries(source);
  const context: QueryContext = {
    statements: createStatements(source),
    messages: () => deps.messageStore(generation()),
    opener: sealing,
    profiles: createProfiles({ opener: sealing, loadUsers: (tenantId, ids) => users.usersByIds(tenantId, ids) }),
    reach: createReach(deps, generation),
  };
  const routes = Router();
  mountRoutes(routes, queryRoutes, { deps: context, admission, checkReplies });
  routes.use(docsRouter(() => openApiDocument([...queryRoutes, ...alsoDocumented], info)));
  return {
    name: 'query-api',
    routes,
    checks: [{ name: 'query-api', check: () => void generation() }],
    async run(signal) {
      watcher = await untilWatching(deps, signal);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      watcher?.stop();
    },
  };
}

/** Waits for what a token names; a token of another log says nothing about this read model. */
function createReach(
  { database, log, readWaitMs = 2_000 }: QueryApiDeps,
  generation: () => number,
): QueryContext['reach'] {
  const consistency = createConsistency({
    readWaitMs,
    async readCheckpoints(partitions) {
      const rows = await Promise.all(partitions.map((partition) => readCheckpoint(database, generation(), partition)));
      return new Map(rows.map((row) => [row.partition, row.nextOffset]));
    },
  });
  return async (token) => {
    const { logId, partition, offset } = decodeConsistencyToken(token);
    if (logId !== log.logId || partition >= log.partitions) {
      throw problem('invalid_request', 'the consistency token is of another log');
    }
    await consistency.waitFor({ partition, offset });
  };
}

/** The database may come up later than this process, and go away meanwhile. */
async function untilWatching(
  { database, logger }: QueryApiDeps,
  signal: AbortSignal,
): Promise<GenerationWatcher | undefined> {
  while (!signal.aborted) {
    try {
      return await createGenerationWatcher(database);
    } catch (error) {
      logger.warn({ err: error }, 'no read model to serve yet');
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

function notReady() {
  return problem('unavailable', 'the read model is not there yet', { retryAfter: 1 });
}
