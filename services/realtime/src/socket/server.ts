import type { Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { corsOptions, problemOf, requesterKey } from '@threadlog/service';
import type { IncomingMessage } from 'node:http';
import { Server } from 'socket.io';
import { inSteps } from '../connect/inSteps';
import { CONNECT_TIMEOUT_MS, HEARTBEAT_MS, MAX_FRAME_BYTES } from '../limits';
import { admitHandshake, countUnauthenticated, type HandshakeDeps, type Handshake } from './authenticate';
import { isAllowedOrigin } from './origin';
import type { Unauthenticated } from './unauthenticated';
import type { RealtimeServer, RealtimeSocket } from './wire';

export interface SocketServerOptions extends HandshakeDeps {
  origins: readonly string[];
  maxConnections: number;
  unauthenticated: Unauthenticated;
  /** Proxies in front that append to `X-Forwarded-For`. */
  trustedProxies: number;
  /** Whether sockets may come: not before the log is caught up, not while draining. */
  serving(): boolean;
  onSession(socket: RealtimeSocket, handshake: Handshake): void;
}

const HANDSHAKE = Symbol('handshake');
type Carrier = Record<symbol, Handshake>;

/** Makes the Socket.io server. It hears of requests only when attached to an HTTP server, with `attachSockets`. */
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
      const known = options.unauthenticated.hasRoom(requesterKey(request, options.trustedProxies));
      answer(null, options.serving() && !full && known && isAllowedOrigin(origin, options.origins));
    },
  });
  const asked = new WeakSet<object>();
  io.use((socket, next) => {
    // Several CONNECT packets in one turn would each become a socket, and limits count connections.
    if (asked.has(socket.conn)) return void socket.conn.close();
    asked.add(socket.conn);
    admitHandshake(options, socket.handshake, requesterKey(socket.request, options.trustedProxies)).then(
      (handshake) => {
        // Whoever is gone by now never becomes a socket, and never says that it closes.
        if ((socket.conn.readyState as string) !== 'open') handshake.slot.leave();
        socket.conn.once('close', handshake.slot.leave);
        (socket.data as Carrier)[HANDSHAKE] = handshake;
        next();
      },
      (refusal: unknown) => {
        asked.delete(socket.conn);
        next(new Error(problemOf(refusal)?.code ?? 'unavailable'));
      },
    );
  });
  io.on('connection', (socket) => {
    options.unauthenticated.proven(socket.conn);
    // An engine's connection without its socket would stay for as long as it answers pings.
    socket.once('disconnect', () => socket.conn.close(true));
    options.onSession(socket, (socket.data as Carrier)[HANDSHAKE]!);
  });
  return io;
}

/** Serves sockets on an HTTP server. What the engine itself refuses counts for the address, as anything does that a stranger is refused. */
export function attachSockets(io: RealtimeServer, server: HttpServer, options: SocketServerOptions): void {
  const addressOf = (request: IncomingMessage) => requesterKey(request, options.trustedProxies);
  io.attach(server);
  io.engine.on('connection', (connection: EngineSocket) => {
    options.unauthenticated.connected(connection, addressOf(connection.request));
  });
  io.engine.on('connection_error', ({ req }: { req: IncomingMessage }) => {
    countUnauthenticated(options, addressOf(req), undefined).catch(() => undefined);
  });
}

type EngineSocket = RealtimeSocket['conn'];

/** Milliseconds that peers get to take part in closing. */
const CLOSE_GRACE_MS = 500;

/**
 * Closes every engine connection, spread over `withinMs`: clients see a lost transport and come back by themselves, to
 * another instance. Then ends the server and the HTTP server with it; whoever does not answer is cut off.
 */
export async function drainSockets(io: RealtimeServer, http: TrackedServer, withinMs: number): Promise<void> {
  const sockets = [...io.of('/').sockets.values()];
  await inSteps(sockets, withinMs, (socket) => socket.conn.close());
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
