import type { Socket } from 'socket.io-client';
import type { ChatError } from '../errors.ts';
import type { ClientMetrics } from '../http/metrics.ts';
import type { Tokens } from '../http/tokens.ts';
import type { Frame } from './frames.ts';
import type { OwnStore } from './store.ts';
import type { Timers } from './timers.ts';

export interface ConnectionState {
  /** `idle`: nobody listens. `offline`: it is tried again. `unauthorized`: there is no token that the server takes. */
  status: 'idle' | 'connecting' | 'online' | 'offline' | 'unauthorized' | 'paused';
  /** Who the server says that we are. */
  userId: string | null;
  error: ChatError | null;
}

export interface ConnectionListener {
  /** The connection stands, and nothing of what follows is missed. */
  up(): void;
  down(): void;
  frame(frame: Frame): void;
}

export interface ConnectionDeps {
  url: string;
  tokens: Tokens;
  metrics: ClientMetrics;
  /** Somebody listens, or the connection stands again. */
  used(): void;
  report(error: unknown): void;
  log(message: string, fields: Record<string, unknown>): void;
}

/** What a connection is made of; its functions share it. */
export interface Link {
  deps: ConnectionDeps;
  listeners: Set<ConnectionListener>;
  state: ConnectionState;
  store: OwnStore<ConnectionState>;
  timers: Timers;
  socket: Socket | null;
  /** The token that the socket was opened with, or a newer one that it was told. */
  used: string | null;
  up: boolean;
  /** Since when it is lost; null where it is not, or is meant to be closed. */
  lostAt: number | null;
  /** Refusals in a row. */
  failures: number;
  paused: boolean;
  closed: boolean;
}

export function become(link: Link, change: Partial<ConnectionState>): void {
  link.state = { ...link.state, ...change };
  link.store.changed();
}

/** A listener that throws keeps nothing from the others. */
export function each(link: Link, call: (listener: ConnectionListener) => void): void {
  for (const listener of [...link.listeners]) {
    if (!link.listeners.has(listener)) continue;
    try {
      call(listener);
    } catch (error) {
      link.deps.report(error);
    }
  }
}
