import { setTimeout as delay } from 'node:timers/promises';
import { frame, placeOf } from '../frames';
import type { RealtimeLimits } from '../limits';
import type { Connection } from './connection';
import type { Connections } from './connections';
import type { Rooms } from './rooms';

export interface Flow {
  /** Looks at every socket once; called on a timer, so that delivering itself costs nothing. */
  sweep(): void;
  /** Bytes that waited in all sockets together when they were last looked at. */
  waiting(): number;
  /** Resolves when less than the soft limit waits in the socket, or it is closed. */
  drained(connection: Connection): Promise<void>;
}

export interface FlowDeps {
  rooms: Rooms;
  connections: Connections;
  limits: Pick<RealtimeLimits, 'softBufferBytes' | 'hardBufferBytes'>;
  lastSeq(connection: Connection, threadId: string): number | null;
  onSlow?(connection: Connection, what: 'suspended' | 'disconnected'): void;
}

/** How often sockets are looked at, in milliseconds. */
export const SWEEP_MS = 100;
const DRAIN_POLL_MS = 20;
/** Part of the soft limit to which a suspended socket must come down. */
const RECOVERED = 0.25;

/**
 * Bounds what a slow socket costs. Above the soft limit it leaves its rooms; when it has read what waits it is told
 * `resync` for each thread and comes back. Above the hard limit it is closed.
 */
export function createFlow({ rooms, connections, limits, lastSeq, onSlow }: FlowDeps): Flow {
  const slow = new WeakSet<Connection>();
  let waiting = 0;

  /** Also a thread that it joins meanwhile is left again. */
  function suspend(connection: Connection): void {
    if (!slow.has(connection)) onSlow?.(connection, 'suspended');
    slow.add(connection);
    for (const subscription of connection.subscriptions.values()) {
      if (subscription.state === 'live') rooms.suspend(subscription);
    }
  }

  function recover(connection: Connection): void {
    slow.delete(connection);
    for (const subscription of connection.subscriptions.values()) {
      if (subscription.state !== 'suspended') continue;
      const { threadId } = subscription;
      connection.wire.emit(frame('resync', { ...placeOf(threadId), seq: lastSeq(connection, threadId) }));
      rooms.goLive(subscription);
    }
  }

  function look(connection: Connection): number {
    const bytes = connection.wire.buffered();
    if (bytes > limits.hardBufferBytes) {
      onSlow?.(connection, 'disconnected');
      connection.wire.close({ discard: true });
    } else if (bytes > limits.softBufferBytes) suspend(connection);
    else if (slow.has(connection) && bytes < limits.softBufferBytes * RECOVERED) recover(connection);
    return bytes;
  }

  return {
    sweep() {
      let bytes = 0;
      for (const connection of connections.all()) bytes += look(connection);
      waiting = bytes;
    },
    waiting: () => waiting,
    async drained(connection) {
      while (connection.state !== 'closed' && connection.wire.buffered() > limits.softBufferBytes * RECOVERED) {
        await delay(DRAIN_POLL_MS);
      }
    },
  };
}
