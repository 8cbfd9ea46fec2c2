import type { CommandRouter } from '@threadlog/commands';
import type { EventLog, ReadPosition } from '@threadlog/log';
import type { MessageStore, ReadModelSource } from '@threadlog/read-models';
import { createProfiles, createThreadQueries } from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { DispatchDeps } from './commands/dispatch';
import { createDispatcher } from './dispatcher';
import type { RealtimeLimits } from './limits';
import { createFollower, type Follower } from './log/follower';
import { MEMBERSHIP_TYPES } from './membership';
import type { Connection } from './rooms/connection';
import { createConnections, type Connections } from './rooms/connections';
import { createFlow, type Flow } from './rooms/flow';
import { createRooms, type Broadcast } from './rooms/rooms';
import type { SessionDeps } from './socket/session';
import { createAnnounce, type Announce } from './sync/announce';
import { createCatchUp } from './sync/catchUp';
import { createJoins } from './sync/join';
import { createMessagePlaces } from './sync/messagePlaces';
import { createProjected } from './sync/projected';
import { createSyncReader } from './sync/reader';
import { createSettle } from './sync/settle';
import { startConnection } from './sync/start';
import { createViews } from './views';

export interface EngineDeps {
  log: EventLog;
  /** Where the read model stands, by partition. */
  starts: ReadonlyMap<number, ReadPosition>;
  source: ReadModelSource;
  messages(): MessageStore;
  opener: Opener;
  router: CommandRouter;
  broadcast: Broadcast;
  limits: RealtimeLimits;
  /** One line for the operator: a fault that was survived. */
  warn(fields: Record<string, unknown>, message: string): void;
}

/** Everything between the log and the sockets, wired. */
export interface Engine {
  follower: Follower;
  connections: Connections;
  flow: Flow;
  session: SessionDeps;
}

/** Profiles follow the log: an event makes them be read anew, age is only the second line. */
const PROFILE_AGE_MS = 60_000;

export function createEngine(deps: EngineDeps): Engine {
  const { log, source, opener, limits, warn } = deps;
  const queries = createThreadQueries(source);
  const loadUsers = queries.usersByIds.bind(queries);
  const views = createViews({ opener, profiles: createProfiles({ opener, loadUsers, maxAgeMs: PROFILE_AGE_MS }) });
  const connections = createConnections();
  const rooms = createRooms({ broadcast: deps.broadcast, maxHeld: limits.heldFrames });
  const late: { announce?: Announce } = {};
  const dispatcher = createDispatcher({
    rooms,
    connections,
    announce: (subscription, seq) => void late.announce?.(subscription, seq),
  });
  const follower = createFollower(
    {
      log,
      dispatcher,
      views,
      ring: { maxBytes: limits.ringBytes, maxEvents: limits.ringEvents, membershipTypes: MEMBERSHIP_TYPES },
      onFault: ({ partition, offset, cause }) => warn({ partition, offset, err: cause }, 'an event cannot be shown'),
    },
    deps.starts,
  );
  const reader = createSyncReader({ source, queries, messages: deps.messages, partitionOf: follower.partitionOf });
  const settle = createSettle(follower, limits.projectionWaitMs);
  const onFault = (cause: unknown, threadId: string) => warn({ thread_id: threadId, err: cause }, 'a resume failed');
  const base = { rooms, follower, reader, settle, views, limits, onFault };
  const catchUp = createCatchUp(base);
  const joins = createJoins({ ...base, catchUp });
  const announce = createAnnounce({ ...base, catchUp });
  late.announce = announce;
  const lastSeq = ({ actor }: Connection, threadId: string) =>
    follower.ringOf(actor.tenantId, threadId).lastSeq(actor.tenantId, threadId);
  const flow = createFlow({ rooms, connections, limits, lastSeq, onSlow: slowLine(warn) });
  const start = { ...base, catchUp, joins, announce, drained: flow.drained };
  return {
    follower,
    connections,
    flow,
    session: {
      rooms,
      connections,
      limits,
      commands: commandDeps(deps, { rooms, joins, places: placesOf(deps, reader) }),
      start: (connection, resume, greet) => startConnection(start, connection, resume, greet),
      onFault: (cause, { actor }) => warn({ ...who(actor), err: cause }, 'a connection could not start'),
    },
  };
}

function placesOf({ log, source, limits }: EngineDeps, reader: ReturnType<typeof createSyncReader>) {
  return createMessagePlaces({
    reader,
    heads: () => Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.head(partition))),
    projected: createProjected(source, limits.projectionWaitMs),
  });
}

function commandDeps(
  { router, limits, warn }: EngineDeps,
  parts: Pick<DispatchDeps, 'rooms' | 'joins' | 'places'>,
): DispatchDeps {
  return {
    ...parts,
    router,
    limits,
    timeoutMs: limits.commandTimeoutMs,
    onFault: (cause, event) => warn({ event, err: cause }, 'a socket command failed'),
  };
}

function who({ tenantId, id }: Connection['actor']) {
  return { tenant_id: tenantId, user_id: id };
}

function slowLine(warn: EngineDeps['warn']) {
  return ({ actor }: Connection, what: string) => {
    if (what === 'disconnected') warn(who(actor), 'a socket that reads too slowly was disconnected');
  };
}
