import { createAgentStreams, type AgentStreams } from '@threadlog/agents';
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
import { aborted, onOwnBehalf, type HealthCheck } from '@threadlog/service';
import { createSlots, type Slots } from './connect/slots';
import { createLookUps } from './commands/lookUps';
import { createEngine, type Engine } from './engine';
import { DEFAULT_LIMITS, type RealtimeLimits } from './limits';
import { threadPartition } from './records';
import { createRealtimeMetrics, type RealtimeObserver } from './metrics';
import { SWEEP_MS } from './rooms/flow';
import type { Broadcast } from './rooms/rooms';
import { createHub, type Hub } from './streams/hub';
import { createEventStreams, type EventStreams } from './streams/streams';
import { createSyncReader } from './sync/reader';
import { createViews } from './views';

export interface CoreDeps extends Pick<
  Runtime,
  'database' | 'log' | 'sealing' | 'verifier' | 'logger' | 'metrics' | 'messageStore' | 'rateLimits'
> {
  /** Writes of sockets go to the owners of their streams. */
  router: CommandRouter;
  /** Run beside this role, before it and until after it. */
  signals: Signals;
  limits?: Partial<RealtimeLimits>;
  /** Of tokens, typing and presence. */
  clock: Pick<Runtime['clock'], 'wallMs'>;
  /** Milliseconds over which sockets and streams are closed at the end; default 2,000. */
  drainMs?: number;
}

/** What frames go out over, beside streams. */
export interface Transport {
  broadcast: Broadcast;
  /** Closes what is open, at the end; nobody is let in any more. */
  drain(withinMs: number): Promise<void>;
}

/** The log followed for those who listen in this process, whatever they listen over. */
export interface Core {
  limits: RealtimeLimits;
  slots: Slots;
  streams: EventStreams;
  checks: HealthCheck[];
  /** Null while nobody is let in. */
  session(): Engine['session'] | null;
  /** Runs until the signal, or until the log was taken over from an older time. */
  run(signal: AbortSignal, transport?: Transport): Promise<void>;
}

interface State {
  serving: boolean;
  engine?: Engine;
}

/** Lets people in when everything that was in the log at the start has been read. */
export function createCore(deps: CoreDeps): Core {
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const state: State = { serving: false };
  const session = () => (state.serving && state.engine ? state.engine.session : null);
  const slots = createSlots(limits);
  const hub = createHub();
  const streams = createEventStreams({ hub, slots, maxResume: limits.resumeThreads, session });
  const checks = [
    {
      name: 'realtime',
      check() {
        if (!state.serving) throw new Error('the log is not caught up, or sockets are being drained');
      },
    },
  ];
  const run: Core['run'] = (signal, transport) => runCore(deps, { state, limits, hub, streams, transport }, signal);
  return { limits, slots, streams, checks, session, run };
}

interface Running {
  state: State;
  limits: RealtimeLimits;
  hub: Hub;
  streams: EventStreams;
  transport: Transport | undefined;
}

async function runCore(deps: CoreDeps, running: Running, signal: AbortSignal): Promise<void> {
  const { logger, drainMs = 2_000 } = deps;
  const { state, limits, streams, transport } = running;
  const observer = createRealtimeMetrics(deps.metrics, gaugesOf(state));
  const broadcast = broadcastTo(running, observer);
  const stopStreams = new AbortController();
  let streaming: Promise<void> | undefined;
  let sweep: NodeJS.Timeout | undefined;
  const watcher = await watchGeneration(deps.database, { logger, signal });
  try {
    if (watcher) {
      const { engine, agentStreams } = await buildEngine(deps, { broadcast, limits, watcher, observer });
      state.engine = engine;
      await engine.follower.start(signal);
      streaming = agentStreams.run(AbortSignal.any([signal, stopStreams.signal]));
      state.serving = !signal.aborted;
      sweep = setInterval(engine.flow.sweep, SWEEP_MS);
      logger.info('realtime is serving');
    }
    // A process that starts again has nothing to take back.
    await Promise.race([aborted(signal), ...(state.engine ? [state.engine.follower.overtaken] : [])]);
  } finally {
    state.serving = false;
    stopStreams.abort();
    await Promise.all([streaming, transport?.drain(drainMs), streams.drain(drainMs)]);
    clearInterval(sweep);
    state.engine?.presence.stop();
    await state.engine?.follower.stop();
    watcher?.stop();
  }
}

function gaugesOf(state: State) {
  return {
    connections: () => state.engine?.connections.size ?? 0,
    rooms: () => state.engine?.rooms.size ?? 0,
    waiting: () => state.engine?.flow.waiting() ?? 0,
    drafts: () => state.engine?.drafts.size ?? 0,
  };
}

function broadcastTo({ hub, transport }: Running, observer: RealtimeObserver): Broadcast {
  return (room, frame, except, options) => {
    observer.delivered();
    transport?.broadcast(room, frame, except, options);
    hub.broadcast(room, frame, except, options);
  };
}

interface Built {
  engine: Engine;
  /** To be run beside it. */
  agentStreams: AgentStreams;
}

interface Parts {
  broadcast: Broadcast;
  limits: RealtimeLimits;
  watcher: GenerationWatcher;
  observer: RealtimeObserver;
}

/** Profiles follow the log: an event makes them be read again, age is only the second line. */
const PROFILE_AGE_MS = 60_000;

async function buildEngine(deps: CoreDeps, { broadcast, limits, watcher, observer }: Parts): Promise<Built> {
  const { database, log, sealing, router, logger, messageStore, verifier, rateLimits } = deps;
  const checkpoints = await readCheckpoints(database, watcher.current());
  const source = { database, generation: watcher.current };
  const queries = createThreadQueries(source);
  const look = async () => ({ offsets: await onOwnBehalf(() => foldedBy(database, watcher.current())) });
  const lookUps = createLookUps({
    reading: createReadingQueries(source),
    stopRun: (run) => stopRun(database, run),
    message: async (tenantId, id) => (await messageStore(watcher.current()).byIds(tenantId, [id]))[0],
    allProjected: createAllProjected({ log, look, waitMs: limits.projectionWaitMs }),
  });
  const agentStreams = createAgentStreams({ ...deps, timeoutMs: limits.commandTimeoutMs, asked: lookUps.asked });
  const loadUsers = queries.usersByIds.bind(queries);
  const engine = createEngine({
    log,
    starts: new Map([...checkpoints].map(([p, { nextOffset, maxEpoch }]) => [p, { offset: nextOffset, maxEpoch }])),
    reader: createSyncReader({
      source,
      queries,
      messages: () => messageStore(watcher.current()),
      partitionOf: threadPartition(log.partitions),
    }),
    verifier,
    rateLimits,
    signals: deps.signals,
    now: deps.clock.wallMs,
    peersOf: createPeersQuery(source),
    threadsOf: createThreadsOfQuery(source),
    viewerStateOf: createViewerStateQuery(source),
    views: createViews({
      opener: sealing,
      profiles: createProfiles({ opener: sealing, loadUsers, maxAgeMs: PROFILE_AGE_MS }),
    }),
    router,
    observer,
    broadcast,
    limits,
    lookUps,
    agentStreams,
    warn: (fields, message) => logger.warn(fields, message),
  });
  return { engine, agentStreams };
}
