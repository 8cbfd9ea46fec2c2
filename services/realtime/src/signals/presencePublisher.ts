import type { Actor } from '@threadlog/auth';
import { signalTime, type PresenceChange, type Signals } from '@threadlog/runtime';
import { userRoom } from '../records';
import type { Connection } from '../rooms/connection';
import type { Connections } from '../rooms/connections';

/** How often an instance repeats who is with it; a third of the time for which its word counts. */
const PRESENCE_BEAT_MS = 15_000;

/** Tells the other instances who is with this one. */
export interface PresencePublisher {
  /** Call it after the socket was counted in, or out. */
  connected(connection: Connection): void;
  disconnected(connection: Connection): void;
  /** Repeats what is due; called on a timer, and each user has a time of its own. */
  beat(): void;
}

export interface PresencePublisherDeps {
  connections: Pick<Connections, 'of'>;
  publish: Signals['publish'];
  /** Of this process; another one after a restart. */
  instance: string;
  /** Milliseconds since 1970. */
  now: () => number;
}

export function createPresencePublisher({
  connections,
  publish,
  instance,
  now,
}: PresencePublisherDeps): PresencePublisher {
  const due = new Map<string, { who: Pick<Actor, 'tenantId' | 'id'>; at: number }>();

  function say({ tenantId, id }: Pick<Actor, 'tenantId' | 'id'>, state: PresenceChange['state']): void {
    const word = { user_id: id, state, instance, connections: countOf(connections.of(tenantId, id)) };
    publish(tenantId, 'PRESENCE', { ...word, last_seen_at: signalTime(now()) });
  }

  return {
    connected({ actor: { tenantId, id } }) {
      const key = userRoom(tenantId, id);
      if (due.has(key)) return;
      due.set(key, { who: { tenantId, id }, at: now() + PRESENCE_BEAT_MS });
      say({ tenantId, id }, 'online');
    },
    disconnected({ actor: { tenantId, id } }) {
      if (countOf(connections.of(tenantId, id)) > 0 || !due.delete(userRoom(tenantId, id))) return;
      say({ tenantId, id }, 'offline');
    },
    beat() {
      for (const user of due.values()) {
        if (user.at > now()) continue;
        user.at = now() + PRESENCE_BEAT_MS;
        say(user.who, 'online');
      }
    },
  };
}

function countOf(items: Iterable<unknown>): number {
  return [...items].length;
}
