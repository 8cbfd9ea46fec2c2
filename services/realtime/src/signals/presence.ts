import { randomUUID } from 'node:crypto';
import type { PeersOf } from '@threadlog/read-models';
import type { Signals } from '@threadlog/runtime';
import type { Drafts } from '../drafts/drafts';
import type { RealtimeLimits } from '../limits';
import type { Connection } from '../rooms/connection';
import type { Connections } from '../rooms/connections';
import type { Rooms } from '../rooms/rooms';
import { createPresenceListener } from './presenceListener';
import { createPresencePublisher } from './presencePublisher';
import { createTyping, type Typing } from './typing';

const TICK_MS = 500;

/** Who is there and who types, over all instances. */
export interface Presence {
  typing: Typing;
  connected(connection: Connection): void;
  disconnected(connection: Connection): void;
  stop(): void;
}

export interface PresenceDeps {
  signals: Pick<Signals, 'presence' | 'publish' | 'listen'>;
  rooms: Rooms;
  connections: Connections;
  limits: Pick<RealtimeLimits, 'typingThreads'>;
  peersOf: PeersOf;
  /** Heard of and swept like the rest. */
  drafts: Pick<Drafts, 'heard' | 'sweep'>;
  warn(fields: Record<string, unknown>, message: string): void;
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined;
}

/** What an instance says it hears itself, too, from the topic: all are told in the same way. */
export function createPresence(deps: PresenceDeps): Presence {
  const { signals, rooms, connections, limits, peersOf, drafts, warn, now = Date.now } = deps;
  const { publish, presence: board } = signals;
  const typing = createTyping({ rooms, connections, maxThreads: limits.typingThreads, publish, now });
  const publisher = createPresencePublisher({ connections, publish, instance: randomUUID(), now });
  const onFault = (cause: unknown) => warn({ err: cause }, 'who connected or disconnected could not be told');
  const listener = createPresenceListener({ board, connections, peersOf, onFault });
  const end = signals.listen({
    typing: (signal) => typing.heard(signal),
    presence: listener,
    draft: drafts.heard.bind(drafts),
  });
  const tick = setInterval(() => {
    typing.sweep();
    drafts.sweep();
    publisher.beat();
  }, TICK_MS);
  tick.unref();
  return {
    typing,
    connected: (connection) => publisher.connected(connection),
    disconnected(connection) {
      typing.left(connection);
      publisher.disconnected(connection);
    },
    stop() {
      clearInterval(tick);
      end();
    },
  };
}
