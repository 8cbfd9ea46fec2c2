import { randomUUID } from 'node:crypto';
import type { PeersOf } from '@threadlog/read-models';
import type { Signals } from '@threadlog/runtime';
import type { RealtimeLimits } from '../limits';
import type { Connection } from '../rooms/connection';
import type { Connections } from '../rooms/connections';
import type { Rooms } from '../rooms/rooms';
import { createPresenceTeller } from './presence';
import { createPresenceNews } from './presenceNews';
import { createTyping, type Typing } from './typing';

const TICK_MS = 500;

/** Who is there and who types, over all instances. */
export interface Company {
  typing: Typing;
  came(connection: Connection): void;
  went(connection: Connection): void;
  stop(): void;
}

export interface CompanyDeps {
  signals: Pick<Signals, 'presence' | 'publish' | 'listen'>;
  rooms: Rooms;
  connections: Connections;
  limits: Pick<RealtimeLimits, 'typingThreads'>;
  peersOf: PeersOf;
  warn(fields: Record<string, unknown>, message: string): void;
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined;
}

/** What an instance says it hears itself, too, from the topic: all are told in the same way. */
export function createCompany(deps: CompanyDeps): Company {
  const { signals, rooms, connections, limits, peersOf, warn, now = Date.now } = deps;
  const { publish, presence: board } = signals;
  const typing = createTyping({ rooms, connections, maxThreads: limits.typingThreads, publish, now });
  const teller = createPresenceTeller({ connections, publish, instance: randomUUID(), now });
  const onFault = (cause: unknown) => warn({ err: cause }, 'who came or went could not be told');
  const news = createPresenceNews({ board, connections, peersOf, onFault });
  const end = signals.listen({ typing: (signal) => typing.heard(signal), presence: news });
  const tick = setInterval(() => {
    typing.sweep();
    teller.beat();
  }, TICK_MS);
  tick.unref();
  return {
    typing,
    came: (connection) => teller.came(connection),
    went(connection) {
      typing.left(connection);
      teller.went(connection);
    },
    stop() {
      clearInterval(tick);
      end();
    },
  };
}
