import type { Server, Socket } from 'socket.io';
import type { ClientToServerEvents, ServerToClientEvents } from '@threadlog/events';
import type { Frame } from '../frames';
import type { Wire } from '../rooms/connection';
import type { Broadcast } from '../rooms/rooms';

export type RealtimeServer = Server<ClientToServerEvents, ServerToClientEvents>;
export type RealtimeSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** What of the engine's connection counts as buffered; none of it is public. */
interface EngineInternals {
  writeBuffer: { data?: string | Buffer }[];
  transport: { socket?: { bufferedAmount?: number; terminate?(): void } };
}

/** A Socket.io socket as the rooms see it. The in-memory adapter joins and leaves in the same turn. */
export function createWire(socket: RealtimeSocket): Wire {
  const emit = socket.emit.bind(socket) as (name: string, payload: unknown) => void;
  const drop = (name: string, payload: unknown) =>
    void (socket.volatile.emit as (name: string, payload: unknown) => void).call(socket.volatile, name, payload);
  const engine = socket.conn as unknown as EngineInternals;
  return {
    id: socket.id,
    emit: ({ name, payload }: Frame, { volatile } = { volatile: false }) => (volatile ? drop : emit)(name, payload),
    join: (room) => void socket.join(room),
    leave: (room) => void socket.leave(room),
    buffered() {
      let bytes = engine.transport.socket?.bufferedAmount ?? 0;
      for (const { data } of engine.writeBuffer) bytes += data?.length ?? 0;
      return bytes;
    },
    close({ discard } = { discard: false }) {
      const { socket: websocket } = engine.transport;
      socket.conn.close(discard);
      // A closing handshake would wait for a peer that does not read, and keep what waits for it.
      if (discard) websocket?.terminate?.();
    },
  };
}

/** Broadcasts to a Socket.io room: the adapter encodes the packet, and the websocket frame around it, once for all. */
export function createBroadcast(io: RealtimeServer): Broadcast {
  return (room, { name, payload }, except, { volatile } = { volatile: false }) => {
    const everybody = io.to(room).except(except);
    const target = volatile ? everybody.volatile : everybody;
    (target.emit as (name: string, payload: unknown) => void).call(target, name, payload);
  };
}
