import type { Wire } from '../rooms/connection';
import type { Broadcast } from '../rooms/rooms';

/** The rooms of streams: what Socket.io's adapter is to sockets. */
export interface Hub {
  broadcast: Broadcast;
  join(room: string, wire: Wire): void;
  leave(room: string, wire: Wire): void;
}

export function createHub(): Hub {
  const rooms = new Map<string, Set<Wire>>();
  return {
    broadcast(room, frame, except, options) {
      const members = rooms.get(room);
      if (!members) return;
      for (const wire of members) if (!except.includes(wire.id)) wire.emit(frame, options);
    },
    join(room, wire) {
      rooms.set(room, (rooms.get(room) ?? new Set<Wire>()).add(wire));
    },
    leave(room, wire) {
      const members = rooms.get(room);
      members?.delete(wire);
      if (members?.size === 0) rooms.delete(room);
    },
  };
}
