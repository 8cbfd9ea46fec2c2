import type { AgentStreams } from '@threadlog/agents';
import type { CommandRouter } from '@threadlog/commands';
import type { EventLog, ReadPosition } from '@threadlog/log';
import type { PeersOf, ViewerStateOf, ThreadsOf } from '@threadlog/read-models';
import type { Signals } from '@threadlog/runtime';
import { onBehalfOf, type RateLimits } from '@threadlog/service';
import type { DispatchDeps as CommandDeps } from './commands/dispatch';
import type { LookUps } from './commands/lookUps';
import { createBatchDispatch, type DispatchDeps } from './dispatch/dispatchBatch';
import { createDispatcher, type DispatcherDeps } from './dispatch/dispatcher';
import { createFollower, type Follower, type FollowerDeps } from './dispatch/follower';
import { createDrafts, type Drafts, type DraftsDeps } from './drafts/drafts';
import type { RealtimeLimits } from './limits';
import { createDispatchedLog, type DispatchedLog } from './log/dispatchedLog';
import type { Ring } from './log/ring';
import type { RealtimeObserver } from './metrics';
import { MEMBERSHIP_TYPES } from './membership';
import type { Connection, Subscription } from './rooms/connection';
import { createConnections, type Connections } from './rooms/connections';
import { createFlow, type Flow } from './rooms/flow';
import { createRooms, type Broadcast, type Rooms } from './rooms/rooms';
import { createPresence, type Presence } from './signals/presence';
import { createErasureListener } from './signals/erasureListener';
import { countUnauthenticated } from './socket/authenticate';
import type { SessionDeps } from './socket/session';
import { createAnnounce, type Announce } from './sync/announce';
import { createBeginnings } from './sync/beginnings';
import { createReferences, type References } from './sync/references';
import { createCatchUp } from './sync/catchUp';
import { createJoins } from './sync/join';
import { createLatestPage } from './sync/latestPage';
import type { SyncReader } from './sync/reader';
import { createRefresh, type RefreshDeps } from './sync/refresh';
import { createSettle } from './sync/settle';
import { startConnection } from './sync/start';
import { createWithdrawals } from './sync/withdrawals';
import type { Views } from './views';

export interface EngineDeps {
  log: EventLog;
  /** Where the read model stands, by partition. */
  starts: ReadonlyMap<number, ReadPosition>;
  reader: SyncReader;
  lookUps: LookUps;
  agentStreams: Pick<AgentStreams, 'take'>;
  verifier: RefreshDeps['verifier'];
  rateLimits: Pick<RateLimits, 'consume'>;
  views: Views;
  router: CommandRouter;
  signals: Pick<Signals, 'presence' | 'publish' | 'listen'>;
  peersOf: PeersOf;
  viewerStateOf: ViewerStateOf;
  threadsOf: ThreadsOf;
  now?: (() => number) | undefined;
  broadcast: Broadcast;
  limits: RealtimeLimits;
  observer: RealtimeObserver;
  /** One line for the operator: a fault that was survived. */
  warn(fields: Record<string, unknown>, message: string): void;
}

/** Everything between the log and the sockets, wired. */
export interface Engine {
  dispatched: DispatchedLog;
  follower: Follower;
  connections: Connections;
  rooms: Rooms;
  flow: Flow;
  session: SessionDeps;
  presence: Presence;
  drafts: Drafts;
}

export function createEngine(deps: EngineDeps): Engine {
  const { log, reader, views, limits, warn } = deps;
  const connections = createConnections();
  const starts = Array.from({ length: log.partitions }, (_, p) => deps.starts.get(p) ?? { offset: 0, maxEpoch: 0 });
  const ring = { maxBytes: limits.ringBytes, maxEvents: limits.ringEvents, membershipTypes: MEMBERSHIP_TYPES };
  const dispatched = createDispatchedLog(starts, ring);
  const beginnings = createBeginnings({ reader, ringOf: dispatched.ringOf });
  const references = createReferences({ reader, hasLate: (room) => rooms.hasLate(room) });
  const seen = { beginsAt: beginnings.at, indexOf: references.indexOf };
  const onLive = (subscription: Subscription) => drafts.joined(subscription);
  const rooms: Rooms = createRooms({ broadcast: deps.broadcast, maxHeld: limits.heldFrames, ...seen, onLive });
  const drafts = draftsIn(deps, { rooms, beginnings });
  const withdrawals = createWithdrawals(reader);
  const settle = createSettle(dispatched, { timeoutMs: limits.projectionWaitMs });
  const onFault = (cause: unknown, threadId: string) => warn({ thread_id: threadId, err: cause }, 'a resume failed');
  const base = { rooms, dispatched, reader, settle, views, beginnings, references, withdrawals, limits, onFault };
  const catchUp = createCatchUp(base);
  const joins = createJoins({ ...base, catchUp });
  const announce = createAnnounce({ ...base, catchUp, viewerStateOf: deps.viewerStateOf });
  const presence = createPresence({ ...deps, rooms, connections, drafts });
  const follower = followInto(deps, { ...base, connections, announce, drafts, posted: presence.typing.posted }, starts);
  const lastSeq = ({ actor }: Connection, threadId: string) =>
    dispatched.ringOf(actor.tenantId, threadId).lastSeq(actor.tenantId, threadId);
  const flow = createFlow({ rooms, connections, limits, lastSeq, onSlow: slowLine(deps) });
  const start = { ...base, catchUp, joins, announce, drained: flow.drained };
  const unproven: RefreshDeps['unproven'] = ({ address }, refusal) => countUnauthenticated(deps, address, refusal);
  const refresh = createRefresh({ ...base, joins, verifier: deps.verifier, finish: catchUp.finish, unproven });
  return {
    dispatched,
    follower,
    presence,
    drafts,
    connections,
    rooms,
    flow,
    session: {
      rooms,
      connections,
      limits,
      now: deps.now,
      agentStreams: deps.agentStreams,
      commands: commandDeps(deps, { rooms, joins, refresh, references, typing: presence.typing }),
      onResync: deps.observer.resynced,
      onOpen: presence.connected,
      onClose: presence.disconnected,
      start: (connection, resume, greet) =>
        onBehalfOf({ tenantId: connection.actor.tenantId, surface: 'sockets' }, () =>
          startConnection(start, connection, resume, greet),
        ),
      onFault: (cause, { actor }) => warn({ ...who(actor), err: cause }, 'a connection could not start'),
    },
  };
}

type Dispatching = Pick<FollowerDeps, 'dispatched'> &
  Pick<DispatcherDeps, 'rooms' | 'connections' | 'posted'> & { drafts: Drafts } & Pick<
    DispatchDeps,
    'beginnings' | 'references' | 'withdrawals'
  > & { announce: Announce };

/** What takes events to rooms and rings, in the order of the log. */
function followInto(
  deps: EngineDeps,
  { dispatched, rooms, connections, posted, drafts, announce, beginnings, references, withdrawals }: Dispatching,
  starts: readonly ReadPosition[],
): Follower {
  const { log, views, threadsOf, warn } = deps;
  const dispatcher = createDispatcher({
    rooms,
    connections,
    posted,
    drafts,
    announce: (subscription, seq) => void announce(subscription, seq),
  });
  const onErased = createErasureListener({
    ...{ views, connections, rooms, drafts, threadsOf },
    onFault: (err) => warn({ err }, 'an erasure could not be told to sockets'),
  });
  const hands = { dispatcher, views, beginnings, references, withdrawals, onErased, onFault: faultLine(deps) };
  const dispatchInto = (ring: Ring) => createBatchDispatch({ ...hands, ring, onProgress: dispatched.progressed });
  return createFollower({ log, dispatched, dispatchInto, isWatched: () => connections.size > 0 }, starts);
}

function commandDeps(
  { router, rateLimits, lookUps, reader, views, limits, warn }: EngineDeps,
  { references, ...parts }: Pick<CommandDeps, 'rooms' | 'joins' | 'refresh' | 'typing'> & { references: References },
): CommandDeps {
  return {
    ...parts,
    router,
    rateLimits,
    lookUps,
    latestPage: createLatestPage({ reader, views, references }),
    limits,
    timeoutMs: limits.commandTimeoutMs,
    onFault: (cause, event) => warn({ event, err: cause }, 'a socket command failed'),
  };
}

function draftsIn(
  { views, limits, observer, warn, now = Date.now }: EngineDeps,
  parts: Pick<DraftsDeps, 'rooms' | 'beginnings'>,
): Drafts {
  const onFault = (err: unknown) => warn({ err }, 'what an agent is about to say cannot be shown');
  return createDrafts({ ...parts, opener: views.opener, limits, now, onFault, onTold: observer.draftTold });
}

type Reports = Pick<EngineDeps, 'observer' | 'warn'>;

function faultLine({ observer, warn }: Reports): DispatchDeps['onFault'] {
  return ({ partition, offset, cause }) => {
    observer.unshown();
    warn({ partition, offset, err: cause }, 'an event cannot be shown');
  };
}

function slowLine({ observer, warn }: Reports) {
  return ({ actor }: Connection, what: 'suspended' | 'disconnected') => {
    observer.slow(what);
    if (what === 'disconnected') warn(who(actor), 'a socket that reads too slowly was disconnected');
  };
}

function who({ tenantId, id }: Connection['actor']) {
  return { tenant_id: tenantId, user_id: id };
}
