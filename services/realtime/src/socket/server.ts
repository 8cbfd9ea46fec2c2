import type { Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { corsOptions, type RateLimits } from '@threadlog/service';
import { Server } from 'socket.io';
import { CONNECT_TIMEOUT_MS, HEARTBEAT_MS, MAX_FRAME_BYTES } from '../limits';
import { readHandshake, type Handshake } from './authenticate';
import { isAllowedOrigin } from './origin';
import { countHandshake } from './rates';
import type { RealtimeServer, RealtimeSocket } from './wire';

export interface SocketServerOptions {
  origins: readonly string[];
  maxConnections: number;
  maxResume: number;
  verifier: Parameters<typeof readHandshake>[1];
  rateLimits: Pick<RateLimits, 'consume'>;
  /** Proxies in front that append to `X-Forwarded-For`. */
  trustedProxies: number;
  /** Whether sockets may come: not before the log is caught up, not while draining. */
  serving(): boolean;
  onSession(socket: RealtimeSocket, handshake: Handshake): void;
}

const HANDSHAKE = Symbol('handshake');

/** Makes the Socket.io server. It hears of requests only when attached to an HTTP server. */
export function createSocketServer(options: SocketServerOptions): RealtimeServer {
  const io: RealtimeServer = new Server({
    cors: corsOptions(options.origins),
    transports: ['polling', 'websocket'],
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: MAX_FRAME_BYTES,
    connectTimeout: CONNECT_TIMEOUT_MS,
    pingInterval: HEARTBEAT_MS,
    allowRequest(request, answer) {
      const { origin } = request.headers;
      // Refusing the engine's connection lets clients try again by themselves; refusing the namespace would not.
      const full = io.engine.clientsCount >= options.maxConnections;
      answer(null, options.serving() && !full && isAllowedOrigin(origin, options.origins));
    },
  });
  const asked = new WeakSet<object>();
  io.use((socket, next) => {
    // Several CONNECT packets in one turn would each become a socket, and limits count connections.
    if (asked.has(socket.conn)) return void socket.conn.close();
    asked.add(socket.conn);
    const proven = readHandshake(socket.handshake, options.verifier, options.maxResume);
    const asking = socket.handshake;
    countHandshake(options.rateLimits, options.trustedProxies, { asking, proven }).then(
      (handshake) => {
        (socket.data as Record<symbol, unknown>)[HANDSHAKE] = handshake;
        next();
      },
      (refusal: Error) => {
        asked.delete(socket.conn);
        next(new Error(refusal.message));
      },
    );
  });
  io.on('connection', (socket) => {
    socket.once('disconnect', () => asked.delete(socket.conn));
    options.onSession(socket, (socket.data as Record<symbol, Handshake>)[HANDSHAKE]!);
  });
  return io;
}

/** Sockets closed in one step while draining; between steps others have their turn, and clients do not come back at once. */
const DRAIN_STEP = 50;
/** Milliseconds that peers get to take part in closing. */
const CLOSE_GRACE_MS = 500;

/**
 * Closes every engine connection, spread over `withinMs`: clients see a lost transport and come back by themselves, to
 * another instance. Then ends the server and the HTTP server with it; whoever does not answer is cut off.
 */
export async function drainSockets(io: RealtimeServer, http: TrackedServer, withinMs: number): Promise<void> {
  const sockets = [...io.of('/').sockets.values()];
  const steps = Math.ceil(sockets.length / DRAIN_STEP);
  for (let step = 0; step < steps; step++) {
    for (const socket of sockets.slice(step * DRAIN_STEP, (step + 1) * DRAIN_STEP)) socket.conn.close();
    if (step + 1 < steps) await delay(withinMs / steps);
  }
  http.server.closeIdleConnections();
  const cut = setTimeout(() => http.connections.forEach((connection) => connection.destroy()), CLOSE_GRACE_MS);
  await io.close();
  clearTimeout(cut);
}

/** An HTTP server and its TCP connections; it does not count those that became websockets itself. */
export interface TrackedServer {
  server: HttpServer;
  connections: ReadonlySet<NetSocket>;
}

export function trackConnections(server: HttpServer): TrackedServer {
  const connections = new Set<NetSocket>();
  server.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  return { server, connections };
}
