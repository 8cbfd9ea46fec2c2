import { createDispatch, type DispatchDeps } from '../commands/dispatch';
import { frame } from '../frames';
import { HEARTBEAT_MS, MAX_FRAME_BYTES, type RealtimeLimits } from '../limits';
import type { Connection, Wire } from '../rooms/connection';
import type { Connections } from '../rooms/connections';
import type { Rooms } from '../rooms/rooms';
import type { Since } from '../sync/join';
import type { Handshake } from './authenticate';
import { watchExpiry } from './expiry';
import { createWire, type RealtimeSocket } from './wire';

export interface SessionDeps {
  rooms: Rooms;
  connections: Connections;
  limits: RealtimeLimits;
  commands: DispatchDeps;
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

/** Everything that belongs to one authenticated socket, from its first frame to its last. */
export function openSession(deps: SessionDeps, socket: RealtimeSocket, handshake: Handshake): void {
  const { actor, resume, address, slot } = handshake;
  const { rooms, connections, limits } = deps;
  let endWatch: (() => void) | undefined;
  const connection: Connection = {
    wire: counted(createWire(socket), deps.onResync),
    actor,
    address,
    state: 'starting',
    subscriptions: new Map(),
    left: new Set(),
    resuming: new Map(),
    replayBudget: limits.replayPerConnection,
    watchExpiry() {
      endWatch?.();
      endWatch = watchExpiry(connection);
    },
  };
  connections.add(connection);
  connection.watchExpiry();
  deps.onOpen(connection);
  socket.once('disconnect', () => {
    connection.state = 'closed';
    endWatch?.();
    rooms.endAll(connection);
    connections.remove(connection);
    deps.onClose(connection);
  });

  const opened = Promise.withResolvers<void>();
  opened.promise.catch(() => undefined);
  const greet = () => {
    connection.wire.emit(hello(connection, limits));
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

  const dispatch = createDispatch({ connection, started: opened.promise, takeTyping: slot.typing.take }, deps.commands);
  // The one place that all packets pass: also those of events that nobody knows count against the limits.
  socket.use(([event, ...args]) => void dispatch(event, args));
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
