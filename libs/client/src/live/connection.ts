import { io, type Socket } from 'socket.io-client';
import { AuthError, ChatError, NetworkError } from '../errors.ts';
import type { CommandAnswers } from '../generated/wire.ts';
import { backoffMs } from '../http/backoff.ts';
import { harmless } from '../http/metrics.ts';
import type { Frame, Frames } from './frames.ts';
import { become, each, type ConnectionDeps, type ConnectionListener, type ConnectionState, type Link } from './link.ts';
import { command, planRenewal, renew } from './renewal.ts';
import { createStore, type Store } from './store.ts';
import { createTimers } from './timers.ts';

export interface Connection extends Store<ConnectionState> {
  /** Connects while anybody holds it. Returns how to let go. */
  retain(listener: ConnectionListener): () => void;
  /** A command with its answer. Rejects with a `ChatError`. */
  command<Name extends keyof CommandAnswers>(
    name: Name,
    payload: unknown,
    timeoutMs?: number,
  ): Promise<CommandAnswers[Name]>;
  readonly up: boolean;
  readonly me: string | null;
  pause(): void;
  resume(): void;
  /** There is another token: try at once. */
  tokenChanged(): void;
  close(): void;
}

/** Held on so long after the last listener went: a user interface that mounts again keeps its socket. */
const LINGER_MS = 500;
const RETRY = { baseMs: 500, maxMs: 20_000 };

/** One socket, however many listen. */
export function createConnection(deps: ConnectionDeps): Connection {
  const link: Link = {
    ...{ deps, listeners: new Set(), state: { status: 'idle', userId: null, error: null }, timers: createTimers() },
    ...{ socket: null, used: null, up: false, lostAt: null, failures: 0, paused: false, closed: false },
    store: createStore<ConnectionState>({ build: () => link.state, report: deps.report }),
  };
  return {
    subscribe: link.store.subscribe,
    getSnapshot: link.store.getSnapshot,
    command: (name, payload, timeoutMs) => command(link, { name, payload, timeoutMs }),
    retain(listener) {
      link.listeners.add(listener);
      open(link);
      deps.used();
      return () => {
        link.listeners.delete(listener);
        if (link.listeners.size === 0 && link.socket) link.timers.set('linger', LINGER_MS, () => shut(link, 'idle'));
      };
    },
    get up() {
      return link.up;
    },
    get me() {
      return link.state.userId;
    },
    pause() {
      link.paused = true;
      shut(link, 'paused');
    },
    resume() {
      if (!link.paused) return;
      link.paused = false;
      become(link, { status: 'idle' });
      open(link);
    },
    tokenChanged() {
      if (link.up) void renew(link);
      else link.socket?.connect();
    },
    close() {
      link.closed = true;
      shut(link, 'idle');
    },
  };
}

function open(link: Link): void {
  link.timers.clear('linger');
  if (link.socket || link.paused || link.closed || link.listeners.size === 0) return;
  become(link, { status: 'connecting' });
  const socket: Socket = io(link.deps.url, {
    auth: (give) => void authenticate(link, socket, give),
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    // Not shared with another client of this page: it may be somebody else's.
    forceNew: true,
    reconnectionDelay: RETRY.baseMs,
    reconnectionDelayMax: RETRY.maxMs,
  });
  link.socket = socket;
  socket.on('connect_error', (error) => socket === link.socket && refused(link, socket, error));
  socket.on('disconnect', (reason) => socket === link.socket && lost(link, reason));
  socket.onAny(
    (name: string, payload: unknown) => socket === link.socket && received(link, { name, payload } as Frame),
  );
}

function shut(link: Link, status: ConnectionState['status']): void {
  const former = link.socket;
  link.socket = link.lostAt = null;
  link.timers.clearAll();
  goneDown(link);
  former?.disconnect();
  become(link, { status });
}

function goneDown(link: Link): void {
  if (!link.up) return;
  link.up = false;
  each(link, (listener) => listener.down());
}

async function authenticate(link: Link, socket: Socket, give: (auth: object) => void): Promise<void> {
  const { tokens } = link.deps;
  try {
    const token = await tokens.current();
    if (socket !== link.socket) return;
    link.used = token;
    give({ token });
  } catch (error) {
    if (socket !== link.socket) return;
    become(link, { status: 'unauthorized', error: error as ChatError });
    // Tried again with the connection; the engine waits longer each time.
    if (tokens.renewable) socket.io.engine?.close();
    else socket.disconnect();
  }
}

/** The server did not let the socket in; Socket.io tries again by itself only where the transport failed. */
function refused(link: Link, socket: Socket, { message }: Error): void {
  const { tokens } = link.deps;
  if (socket.active) {
    const error = new NetworkError('network', `No connection: ${message}.`, { retryable: true });
    if (link.state.status !== 'unauthorized') become(link, { status: 'offline', error });
    return;
  }
  const unauthorized = message === 'unauthorized';
  const error = unauthorized
    ? new AuthError('unauthorized', 'The server does not take the token.', { status: 401 })
    : new ChatError(message, `The server refused the connection: ${message}.`);
  become(link, { status: unauthorized ? 'unauthorized' : 'offline', error });
  if (!unauthorized) return connectLater(link);
  if (tokens.renewable && link.used !== null) {
    tokens.replace(link.used).then(
      () => connectLater(link),
      () => connectLater(link),
    );
  }
}

/** Longer after each refusal in a row: a server that takes no token at all is not asked faster. */
function connectLater(link: Link): void {
  link.timers.set('retry', backoffMs(++link.failures, RETRY), () => link.socket?.connect());
}

function lost(link: Link, reason: string): void {
  if (link.up) link.lostAt = performance.now();
  goneDown(link);
  link.timers.clear('renewal');
  if (link.state.status !== 'unauthorized') become(link, { status: 'offline' });
  if (reason === 'io server disconnect') connectLater(link);
}

function received(link: Link, frame: Frame): void {
  const { tokens, log } = link.deps;
  if (frame.name === 'hello') return greeted(link, frame.payload);
  if (frame.name === 'error' && frame.payload.code === 'UNAUTHORIZED' && link.used !== null && tokens.renewable) {
    tokens.replace(link.used).catch((error: unknown) => log('no new token', { error: String(error) }));
  }
  each(link, (listener) => listener.frame(frame));
}

function greeted(link: Link, { serverTime, userId }: Frames['hello']): void {
  link.deps.tokens.serverTime(Date.parse(serverTime));
  link.failures = 0;
  link.up = true;
  const { lostAt } = link;
  link.lostAt = null;
  if (lostAt !== null) harmless(() => link.deps.metrics.reconnect?.({ downMs: performance.now() - lostAt }));
  become(link, { status: 'online', userId, error: null });
  planRenewal(link);
  link.deps.used();
  each(link, (listener) => listener.up());
}
