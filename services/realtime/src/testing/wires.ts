import type { Actor } from '@threadlog/auth';
import type { Frame } from '../frames';
import type { Connection, Wire } from '../rooms/connection';
import type { Broadcast } from '../rooms/rooms';
import { TENANT } from './world';

/** Sockets that are functions. */
export interface Wires {
  broadcast: Broadcast;
  /** `receive` gets every frame; `bytes` says how much waits. */
  open(receive: (frame: Frame) => void, bytes?: () => number): Wire & { closed: boolean };
}

export function createWires(): Wires {
  const rooms = new Map<string, Map<string, (frame: Frame) => void>>();
  let count = 0;
  return {
    broadcast(room, frame, except) {
      for (const [id, receive] of rooms.get(room) ?? []) if (!except.includes(id)) receive(frame);
    },
    open(receive, bytes = () => 0) {
      const id = `socket-${++count}`;
      const wire = {
        id,
        closed: false,
        emit: (frame: Frame) => {
          if (!wire.closed) receive(frame);
        },
        join: (room: string) => {
          const members = rooms.get(room) ?? new Map<string, (frame: Frame) => void>();
          rooms.set(room, members.set(id, wire.emit));
        },
        leave: (room: string) => void rooms.get(room)?.delete(id),
        buffered: bytes,
        close: () => {
          wire.closed = true;
        },
      };
      return wire;
    },
  };
}

export function userActor(id: string, more: Partial<Actor> = {}): Actor {
  return {
    tenantId: TENANT,
    id,
    type: 'user',
    role: 'user',
    permissions: ['chat:read', 'chat:write'],
    learnerScope: [],
    expiresAt: null,
    ...more,
  };
}

export function connectionOf(wire: Wire, actor: Actor, replayBudget = 5_000): Connection {
  return {
    wire,
    actor,
    address: 'unknown',
    state: 'starting',
    subscriptions: new Map(),
    left: new Set(),
    only: null,
    resuming: new Map(),
    replayBudget,
    watchExpiry: () => undefined,
  };
}
