import type { CommandRouter } from '@threadlog/commands';
import {
  createAllProjected,
  createPeersQuery,
  createProfiles,
  createReadingQueries,
  createViewerStateQuery,
  createThreadQueries,
  createThreadsOfQuery,
  foldedBy,
  readCheckpoints,
  stopRun,
  type GenerationWatcher,
} from '@threadlog/read-models';
import { watchGeneration, type Runtime, type Signals } from '@threadlog/runtime';
import {
  aborted,
  createApp,
  createHealth,
  listen,
  type AppConfig,
  type HttpServer,
  type Role,
} from '@threadlog/service';
import { createEngine, type Engine } from './engine';
import { DEFAULT_LIMITS, type RealtimeLimits } from './limits';
import { threadPartition } from './records';
import { createRealtimeMetrics, type RealtimeObserver } from './metrics';
import { SWEEP_MS } from './rooms/flow';
import { createSocketSlots } from './socket/socketSlots';
import {
  attachSockets,
  createSocketServer,
  drainSockets,
  trackConnections,
  type SocketServerOptions,
} from './socket/server';
import { openSession } from './socket/session';
import { createUnauthenticated } from './socket/unauthenticated';
import { createBroadcast } from './socket/wire';
import { createSyncReader } from './sync/reader';
import { createViews } from './views';

export interface RealtimeDeps extends Pick<
  Runtime,
  'database' | 'log' | 'sealing' | 'verifier' | 'logger' | 'metrics' | 'messageStore' | 'info' | 'rateLimits'
> {
  /** Writes of sockets go to the owners of their streams. */
  router: CommandRouter;
  /** Run beside this role, before it and until after it. */
  signals: Signals;
  config: AppConfig & { REALTIME_HOST: string; REALTIME_PORT: number };
  limits?: Partial<RealtimeLimits>;
  /** Told of the port that was really taken. */
  onListening?: (http: HttpServer) => void;
  /** Clock of typing and presence: milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds over which sockets are closed at the end; default 2,000. */
  drainMs?: number;
}

/**
 * Pushes the log to sockets. It has an HTTP server of its own, on `REALTIME_PORT`. Health answers from the start;
 * sockets are let in when everything that was in the log at the start has been read.
 */
export function createRealtime(deps: RealtimeDeps): Role {
  const state = { serving: false };
  const checks = [
    {
      name: 'realtime',
      check() {
        if (!state.serving) throw new Error('the log is not caught up, or sockets are being drained');
      },
    },
  ];
  return { name: 'realtime', checks, run: (signal) => runRealtime(deps, state, { checks, signal }) };
}

async function runRealtime(
  deps: RealtimeDeps,
  state: { serving: boolean },
  { checks, signal }: { checks: NonNullable<Role['checks']>; signal: AbortSignal },
): Promise<void> {
  const { config, info, logger, metrics, verifier, drainMs = 2_000 } = deps;
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const health = createHealth({ info, checks });
  const app = createApp({ logger, metrics, config, health, limits: deps.rateLimits, routers: [] });
  let engine: Engine | undefined;
  const observer = createRealtimeMetrics(metrics, {
    connections: () => engine?.connections.size ?? 0,
    rooms: () => engine?.rooms.size ?? 0,
    waiting: () => engine?.flow.waiting() ?? 0,
    drafts: () => engine?.drafts.size ?? 0,
  });
  const sockets: SocketServerOptions = {
    origins: config.CORS_ORIGINS,
    maxConnections: limits.connections,
    unauthenticated: createUnauthenticated(limits.unauthenticatedPerAddress),
    slots: createSocketSlots(limits),
    maxResume: limits.resumeThreads,
    verifier,
    rateLimits: deps.rateLimits,
    trustedProxies: config.TRUST_PROXY,
    serving: () => state.serving,
    onSession: (socket, handshake) => engine && openSession(engine.session, socket, handshake),
  };
  const io = createSocketServer(sockets);
  const http = await listen(app, { host: config.REALTIME_HOST, port: config.REALTIME_PORT });
  const tracked = trackConnections(http.server);
  attachSockets(io, http.server, sockets);
  deps.onListening?.(http);
  let sweep: NodeJS.Timeout | undefined;
  const watcher = await watchGeneration(deps.database, { logger, signal });
  try {
    if (watcher) {
      engine = await buildEngine(deps, { io, limits, watcher, observer });
      await engine.follower.start(signal);
      state.serving = !signal.aborted;
      sweep = setInterval(engine.flow.sweep, SWEEP_MS);
      logger.info({ url: http.url }, 'realtime is serving');
    }
    // A process that starts again has nothing to take back.
    await Promise.race([aborted(signal), ...(engine ? [engine.follower.overtaken] : [])]);
  } finally {
    state.serving = false;
    health.drain();
    await drainSockets(io, tracked, drainMs);
    clearInterval(sweep);
    engine?.presence.stop();
    await engine?.follower.stop();
    watcher?.stop();
    await http.close(0);
  }
}

interface Parts {
  io: ReturnType<typeof createSocketServer>;
  limits: RealtimeLimits;
  watcher: GenerationWatcher;
  observer: RealtimeObserver;
}

/** Profiles follow the log: an event makes them be read again, age is only the second line. */
const PROFILE_AGE_MS = 60_000;

async function buildEngine(deps: RealtimeDeps, { io, limits, watcher, observer }: Parts): Promise<Engine> {
  const { database, log, sealing, router, logger, messageStore, verifier, rateLimits } = deps;
  const checkpoints = await readCheckpoints(database, watcher.current());
  const source = { database, generation: watcher.current };
  const queries = createThreadQueries(source);
  const look = async () => ({ offsets: await foldedBy(database, watcher.current()) });
  const loadUsers = queries.usersByIds.bind(queries);
  return createEngine({
    log,
    starts: new Map([...checkpoints].map(([p, { nextOffset, maxEpoch }]) => [p, { offset: nextOffset, maxEpoch }])),
    reader: createSyncReader({
      source,
      queries,
      messages: () => messageStore(watcher.current()),
      partitionOf: threadPartition(log.partitions),
    }),
    reading: createReadingQueries(source),
    stopRun: (run) => stopRun(database, run),
    verifier,
    rateLimits,
    signals: deps.signals,
    now: deps.now,
    peersOf: createPeersQuery(source),
    threadsOf: createThreadsOfQuery(source),
    viewerStateOf: createViewerStateQuery(source),
    views: createViews({
      opener: sealing,
      profiles: createProfiles({ opener: sealing, loadUsers, maxAgeMs: PROFILE_AGE_MS }),
    }),
    router,
    observer,
    broadcast: createBroadcast(io, observer.delivered),
    limits,
    allProjected: createAllProjected({ log, look, waitMs: limits.projectionWaitMs }),
    warn: (fields, message) => logger.warn(fields, message),
  });
}
