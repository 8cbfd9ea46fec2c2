import type { Actor } from '@threadlog/auth';
import { frame } from '../frames';
import { HEARTBEAT_MS, MAX_FRAME_BYTES, type RealtimeLimits } from '../limits';
import type { Connection, Wire } from '../rooms/connection';
import type { Connections } from '../rooms/connections';
import type { Rooms } from '../rooms/rooms';
import type { Since } from '../sync/join';
import { watchExpiry } from './expiry';

export interface OpenDeps {
  rooms: Rooms;
  connections: Connections;
  limits: RealtimeLimits;
  /** By which tokens end: milliseconds since the epoch. */
  now?: (() => number) | undefined;
  /** Opens the rooms and brings the socket up to date; `greet` is called in the turn in which they are open. */
  start(connection: Connection, resume: Since | null, greet: () => void): Promise<void>;
  /** Told of each `resync` that a socket gets. */
  onResync(): void;
  /** Told of a socket that was counted in, or out. */
  onOpen(connection: Connection): void;
  onClose(connection: Connection): void;
  /** Told of a start that failed; the connection is closed. */
  onFault(cause: unknown, connection: Connection): void;
}

export interface Opening {
  wire: Wire;
  actor: Actor;
  address: string;
  resume: Since | null;
  only: ReadonlySet<string> | null;
  /** Calls back once, when the wire is closed, whoever closed it. */
  whenClosed(listener: () => void): void;
}

export interface Opened {
  connection: Connection;
  /** Resolves when its rooms are open and it was greeted; rejects where it could not start. */
  started: Promise<void>;
}

/** Everything that belongs to one connection of somebody admitted, whatever it came over, from its first frame to its last. */
export function openConnection(deps: OpenDeps, opening: Opening): Opened {
  const { actor, address, resume, only, whenClosed } = opening;
  const { rooms, connections, limits } = deps;
  let endWatch: (() => void) | undefined;
  const connection: Connection = {
    wire: counted(opening.wire, deps.onResync),
    actor,
    address,
    state: 'starting',
    subscriptions: new Map(),
    left: new Set(),
    only,
    resuming: new Map(),
    replayBudget: limits.replayPerConnection,
    watchExpiry() {
      endWatch?.();
      endWatch = watchExpiry(connection, deps.now);
    },
  };
  connections.add(connection);
  whenClosed(() => {
    connection.state = 'closed';
    endWatch?.();
    rooms.endAll(connection);
    connections.remove(connection);
    deps.onClose(connection);
  });
  deps.onOpen(connection);
  connection.watchExpiry();
  return { connection, started: start(deps, connection, resume) };
}

function start(deps: OpenDeps, connection: Connection, resume: Since | null): Promise<void> {
  const opened = Promise.withResolvers<void>();
  opened.promise.catch(() => undefined);
  const greet = () => {
    connection.wire.emit(hello(connection, deps.limits));
    opened.resolve();
  };
  deps.start(connection, resume, greet).catch((cause: unknown) => {
    opened.reject(cause as Error);
    if (connection.state === 'closed') return;
    deps.onFault(cause, connection);
    connection.wire.emit(
      frame('error', { code: 'UNAVAILABLE', message: 'Your threads cannot be read at the moment.' }),
    );
    connection.wire.close();
  });
  return opened.promise;
}

function counted(wire: Wire, onResync: () => void): Wire {
  return {
    ...wire,
    emit(told, options) {
      if (told.name === 'resync') onResync();
      wire.emit(told, options);
    },
  };
}

function hello({ actor }: Connection, limits: RealtimeLimits) {
  return frame('hello', {
    serverTime: new Date().toISOString(),
    heartbeatMs: HEARTBEAT_MS,
    userId: actor.id,
    tenantId: actor.tenantId,
    limits: {
      frameBytes: MAX_FRAME_BYTES,
      commandsPerSecond: limits.commandsPerSecond,
      commandBurst: limits.commandBurst,
      commandsInFlight: limits.commandsInFlight,
      threads: limits.threadsPerConnection,
      resumeThreads: limits.resumeThreads,
      replayPerThread: limits.replayPerThread,
    },
  });
}
