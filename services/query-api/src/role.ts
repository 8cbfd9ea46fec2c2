import { problem } from '@threadlog/events';
import {
  createLastMessages,
  createProfiles,
  createStatements,
  createThreadQueries,
  readCheckpoint,
  type GenerationWatcher,
  type MessageStore,
} from '@threadlog/read-models';
import {
  createDownloadLink,
  servedRoutes,
  watchGeneration,
  type PrivacyConfig,
  type Runtime,
} from '@threadlog/runtime';
import {
  aborted,
  decodeConsistencyToken,
  mountRoutes,
  onOwnBehalf,
  openApiDocument,
  strictRouter,
  type ApiInfo,
  type LastWrites,
  type Role,
  type Route,
} from '@threadlog/service';
import { createConsistency, type Consistency, type Position } from './consistency';
import { createLostStretches } from './lostStretches';
import type { QueryContext } from './context';
import { docsRouter } from './docs';
import { queryRoutes } from './routes';
import { createBusyViewers } from './threads/listSource';
import { createSearch } from './search/search';
import { createParkedLookUp, type ParkedLookUp } from './parked';
import { createOwnWrites } from './ownWrites';
import type { PresenceLookup } from './ports';
import { nobodyTells } from './presence/lookup';
import { createChatReads, type ChatReads } from './surfaces/v1/chatReads';

export interface QueryApiDeps extends Pick<Runtime, 'database' | 'sealing' | 'admission' | 'messageStore' | 'logger'> {
  log: Pick<Runtime['log'], 'logId' | 'partitions'>;
  /** Most milliseconds a read waits for the write that its consistency token names; 2,000 by default. */
  readWaitMs?: number;
  /** Routes of other roles that `/openapi.json` and `/docs` show too. */
  alsoDocumented?: readonly Route[];
  api?: ApiInfo;
  /** Shared with the command API of the same process; without it reads of the older surfaces do not wait for writes. */
  lastWrites?: LastWrites;
  /** Without it everybody counts as offline. */
  presence?: PresenceLookup;
  /** What the deployment says of privacy; by default its routes are there and messages are kept for ever. */
  privacy?: Pick<PrivacyConfig, 'PRIVACY_ENABLED' | 'MESSAGE_RETENTION_DAYS' | 'EXPORT_LINK_MINUTES'>;
  /** Prefix of all paths, for links; `BASE_PATH`. */
  basePath?: string;
  /** Checks every reply against its declared schema. For tests. */
  checkReplies?: boolean;
}

export interface QueryApi extends Role {
  /** The reads of `/v1`, for other surfaces of this process. */
  chat: ChatReads;
}

const API: ApiInfo = { title: 'Threadlog', version: '1.0.0' };

/**
 * Serves threads and messages from the generation that is active, and the API's documentation. Holds no state but
 * caches; any number of instances run side by side. Until `run` has found the active generation, reads are answered
 * `unavailable`.
 */
export function createQueryApi(deps: QueryApiDeps): QueryApi {
  const { database, admission, logger, alsoDocumented = [], api = API, checkReplies } = deps;
  let watcher: GenerationWatcher | undefined;
  const generation = (): number => {
    if (!watcher) throw problem('unavailable', 'the read model is not there yet', { retryAfter: 1 });
    return watcher.current();
  };
  const routes = strictRouter();
  const context = createQueryContext(deps, generation);
  mountRoutes(routes, servedRoutes(queryRoutes, deps.privacy ?? { PRIVACY_ENABLED: true }), {
    deps: context,
    admission,
    checkReplies,
  });
  routes.use(docsRouter(() => openApiDocument([...queryRoutes, ...alsoDocumented], api)));
  return {
    name: 'query-api',
    chat: createChatReads(context),
    routes,
    checks: [{ name: 'query-api', check: () => void generation() }],
    async run(signal) {
      watcher = await watchGeneration(database, { logger, signal });
      await aborted(signal);
      watcher?.stop();
    },
  };
}

/** What the routes work with, on a generation; for who serves some of them elsewhere, too. */
export function createQueryContext(
  deps: Omit<QueryApiDeps, 'admission' | 'logger'>,
  generation: () => number,
): QueryContext {
  const source = { database: deps.database, generation };
  const opener = deps.sealing.remembering;
  const users = createThreadQueries(source);
  const messages = lastOnly(generation, deps.messageStore);
  const { lastWrites, readWaitMs = 2_000, presence = nobodyTells } = deps;
  return {
    statements: createStatements(source),
    messages,
    lastMessages: createLastMessages(messages),
    busyViewers: createBusyViewers(),
    opener,
    profiles: createProfiles({ opener, loadUsers: (tenantId, ids) => users.usersByIds(tenantId, ids) }),
    search: createSearch(deps.sealing),
    ...createPromises(deps, generation, readWaitMs),
    ownWrites: createOwnWrites(createWaiting(deps, generation, Math.min(OWN_WRITES_MS, readWaitMs)), lastWrites),
    presence,
    retentionDays: deps.privacy?.MESSAGE_RETENTION_DAYS ?? null,
    downloadLink: createLinks(deps),
  };
}

const MINUTE_MS = 60_000;
const USUAL_LINK_MINUTES = 15;

function createLinks({
  sealing,
  basePath = '',
  privacy,
}: Pick<QueryApiDeps, 'sealing' | 'basePath' | 'privacy'>): QueryContext['downloadLink'] {
  const lifetimeMs = (privacy?.EXPORT_LINK_MINUTES ?? USUAL_LINK_MINUTES) * MINUTE_MS;
  return (actor, requestId, until) =>
    createDownloadLink(sealing, { tenantId: actor.tenantId, requestId, actor, lifetimeMs, until, basePath });
}

/** The store of the served generation, made once for each: it keeps prepared statements. */
function lastOnly(generation: () => number, storeOf: (generation: number) => MessageStore): () => MessageStore {
  let made: { generation: number; store: MessageStore } | undefined;
  return () => {
    const active = generation();
    if (made?.generation !== active) made = { generation: active, store: storeOf(active) };
    return made.store;
  };
}

/** A read waits this long for its reader's last writes; milliseconds. */
const OWN_WRITES_MS = 250;

function createWaiting(
  { database }: Pick<QueryApiDeps, 'database'>,
  generation: () => number,
  readWaitMs: number,
  seen: ParkedLookUp['seen'] = () => undefined,
): Consistency {
  return createConsistency({
    readWaitMs,
    async readCheckpoints(partitions) {
      // Reads of all tenants wait for the same look.
      const rows = await onOwnBehalf(() =>
        Promise.all(partitions.map((partition) => readCheckpoint(database, generation(), partition))),
      );
      for (const { partition, parkings } of rows) seen(partition, parkings);
      return new Map(rows.map((row) => [row.partition, row.nextOffset]));
    },
  });
}

/** Keeps what a token promises; a token of another log, or of a stretch that was lost, says nothing here. */
function createPromises(
  deps: Pick<QueryApiDeps, 'database' | 'log'>,
  generation: () => number,
  readWaitMs: number,
): Pick<QueryContext, 'waitFor' | 'requireWhole'> {
  const { log, database } = deps;
  const parked = createParkedLookUp({ database, generation });
  const consistency = createWaiting(deps, generation, readWaitMs, parked.seen);
  const isLost = createLostStretches(database);
  const positionOf = (token: string): Position => {
    const { logId, partition, offset } = decodeConsistencyToken(token);
    if (logId !== log.logId || partition >= log.partitions) {
      throw problem('invalid_request', 'the consistency token is of another log');
    }
    return { partition, offset };
  };
  return {
    async waitFor(token) {
      const position = positionOf(token);
      await consistency.waitFor(position);
      // Afterwards: who waited through a repair is told, too.
      if (await isLost(position)) {
        throw problem('invalid_request', 'the write that the consistency token names was lost with the end of the log');
      }
    },
    requireWhole: async (token, thread) => parked.requireWhole(positionOf(token), thread),
  };
}
