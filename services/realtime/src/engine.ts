import type { CommandRouter } from '@threadlog/commands';
import type { EventLog, ReadPosition } from '@threadlog/log';
import type { PeersOf, ReadingQueries, ViewerStateOf, ThreadsOf } from '@threadlog/read-models';
import type { Signals } from '@threadlog/runtime';
import type { RateLimits } from '@threadlog/service';
import type { DispatchDeps } from './commands/dispatch';
import { createLookUps } from './commands/lookUps';
import { createDispatcher } from './dispatcher';
import type { RealtimeLimits } from './limits';
import type { RealtimeObserver } from './metrics';
import { createFollower, type Follower } from './log/follower';
import { MEMBERSHIP_TYPES } from './membership';
import type { Connection } from './rooms/connection';
import { createConnections, type Connections } from './rooms/connections';
import { createFlow, type Flow } from './rooms/flow';
import { createRooms, type Broadcast, type Rooms } from './rooms/rooms';
import { createPresence, type Presence } from './signals/presence';
import { createErasureListener } from './signals/erasureListener';
import { countStranger } from './socket/authenticate';
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
  reading: ReadingQueries;
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
  /** Resolves once the read model shows everything that stands in the log now; rejects with `projection_lagging`. */
  allProjected(): Promise<void>;
  observer: RealtimeObserver;
  /** One line for the operator: a fault that was survived. */
  warn(fields: Record<string, unknown>, message: string): void;
}

/** Everything between the log and the sockets, wired. */
export interface Engine {
  follower: Follower;
  connections: Connections;
  rooms: Rooms;
  flow: Flow;
  session: SessionDeps;
  presence: Presence;
}

export function createEngine(deps: EngineDeps): Engine {
  const { log, reader, views, limits, warn } = deps;
  const connections = createConnections();
  const late: { announce?: Announce; follower?: Follower; presence?: Presence; rooms?: Rooms } = {};
  const beginnings = createBeginnings({ reader, ringOf: (...place) => late.follower!.ringOf(...place) });
  const references = createReferences({ reader, hasLate: (room) => late.rooms!.hasLate(room) });
  const seen = { beginsAt: beginnings.at, indexOf: references.indexOf };
  const rooms = createRooms({ broadcast: deps.broadcast, maxHeld: limits.heldFrames, ...seen });
  late.rooms = rooms;
  const dispatcher = createDispatcher({
    rooms,
    connections,
    announce: (subscription, seq) => void late.announce?.(subscription, seq),
    posted: (...message) => late.presence?.typing.posted(...message),
  });
  const ring = { maxBytes: limits.ringBytes, maxEvents: limits.ringEvents, membershipTypes: MEMBERSHIP_TYPES };
  const onErased = createErasureListener({
    ...{ views, connections, rooms, threadsOf: deps.threadsOf },
    onFault: (err) => warn({ err }, 'an erasure could not be told to sockets'),
  });
  const withdrawals = createWithdrawals(reader);
  const hands = { dispatcher, withdrawals, views, beginnings, references, onErased, onFault: faultLine(deps) };
  const follower = createFollower({ log, ring, ...hands, isWatched: () => connections.size > 0 }, deps.starts);
  late.follower = follower;
  const settle = createSettle(follower, { timeoutMs: limits.projectionWaitMs });
  const onFault = (cause: unknown, threadId: string) => warn({ thread_id: threadId, err: cause }, 'a resume failed');
  const base = { rooms, follower, reader, settle, views, beginnings, references, withdrawals, limits, onFault };
  const catchUp = createCatchUp(base);
  const joins = createJoins({ ...base, catchUp });
  const announce = createAnnounce({ ...base, catchUp, viewerStateOf: deps.viewerStateOf });
  late.announce = announce;
  const lastSeq = ({ actor }: Connection, threadId: string) =>
    follower.ringOf(actor.tenantId, threadId).lastSeq(actor.tenantId, threadId);
  const flow = createFlow({ rooms, connections, limits, lastSeq, onSlow: slowLine(deps) });
  const start = { ...base, catchUp, joins, announce, drained: flow.drained };
  const unproven: RefreshDeps['unproven'] = ({ address }, refusal) => countStranger(deps, address, refusal);
  const refresh = createRefresh({ ...base, joins, verifier: deps.verifier, finish: catchUp.finish, unproven });
  const presence = createPresence({ ...deps, rooms, connections });
  late.presence = presence;
  return {
    follower,
    presence,
    connections,
    rooms,
    flow,
    session: {
      rooms,
      connections,
      limits,
      commands: commandDeps(deps, { rooms, joins, refresh, references, typing: presence.typing }),
      onResync: deps.observer.resynced,
      onOpen: presence.connected,
      onClose: presence.disconnected,
      start: (connection, resume, greet) => startConnection(start, connection, resume, greet),
      onFault: (cause, { actor }) => warn({ ...who(actor), err: cause }, 'a connection could not start'),
    },
  };
}

function commandDeps(
  { router, rateLimits, reading, reader, views, allProjected, limits, warn }: EngineDeps,
  { references, ...parts }: Pick<DispatchDeps, 'rooms' | 'joins' | 'refresh' | 'typing'> & { references: References },
): DispatchDeps {
  return {
    ...parts,
    router,
    rateLimits,
    lookUps: createLookUps({ reading, allProjected }),
    latestPage: createLatestPage({ reader, views, references }),
    limits,
    timeoutMs: limits.commandTimeoutMs,
    onFault: (cause, event) => warn({ event, err: cause }, 'a socket command failed'),
  };
}

type Reports = Pick<EngineDeps, 'observer' | 'warn'>;

function faultLine({ observer, warn }: Reports): Parameters<typeof createFollower>[0]['onFault'] {
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
