import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttp2Server, type Http2Server, type Http2Session } from 'node:http2';
import { createServer, Socket, type AddressInfo } from 'node:net';
import type { Call } from './call';
import type { Connections } from './connections';
import { httpVersionOf } from './firstBytes';
import type { GrpcLimits } from './limits';
import type { NodeHandler } from './node';
import { countPings } from './pings';

export interface GrpcServer {
  port: number;
  url: string;
  /** The socket of a connection that calls come over. */
  socketOf(connection: Call['connection']): Socket | undefined;
  /** Stops accepting, tells clients to go elsewhere, lets calls in flight end within `drainMs`, then cuts what is left. */
  close(drainMs: number): Promise<void>;
}

export interface GrpcServerOptions {
  host: string;
  port: number;
  handler: NodeHandler;
  connections: Connections;
  limits: GrpcLimits;
}

const KEEP_ALIVE_MS = 65_000;
const SWEEP_MS = 50;

/**
 * One port for HTTP/2 and HTTP/1.1 without TLS: the first bytes of a connection tell which it speaks. Rejects with the
 * system's error where the port is taken.
 */
export async function serveGrpc({ host, port, handler, connections, limits }: GrpcServerOptions): Promise<GrpcServer> {
  const http1 = createHttpServer(
    {
      maxHeaderSize: limits.metadataBytes,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: 20_000,
      requestTimeout: 30_000,
    },
    handler,
  );
  const http2 = createHttp2Server(http2Options(limits), handler);
  const sessions = new Map<Http2Session, Socket>();

  function openSession(socket: Socket): void {
    // Emitting makes the session at once, so this is the one of this socket.
    http2.once('session', (session) => {
      sessions.set(session, socket);
      session.once('close', () => sessions.delete(session));
      countPings(session, limits, () => connections.close(socket, 'pings'));
    });
    http2.emit('connection', socket);
  }

  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    if (!connections.opened(socket)) return;
    void httpVersionOf(socket, limits.firstBytesMs).then((version) => {
      if (version === null) connections.close(socket, 'silent');
      else if (version === 2) openSession(socket);
      else http1.emit('connection', socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const taken = (server.address() as AddressInfo).port;
  return {
    port: taken,
    url: `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${taken}`,
    socketOf: (connection) => (connection instanceof Socket ? connection : sessions.get(connection)),
    close: (drainMs) => drain({ server, http1, http2, sessions, connections }, drainMs),
  };
}

function http2Options(limits: GrpcLimits): Parameters<typeof createHttp2Server>[0] {
  return {
    settings: { maxConcurrentStreams: limits.callsPerConnection, maxHeaderListSize: limits.metadataBytes },
    maxSessionMemory: limits.connectionMebibytes,
    maxSessionInvalidFrames: limits.invalidFrames,
    maxSessionRejectedStreams: limits.invalidFrames,
    streamResetBurst: limits.resetBurst,
    streamResetRate: limits.resetsPerSecond,
  } as Parameters<typeof createHttp2Server>[0];
}

interface Draining {
  server: ReturnType<typeof createServer>;
  http1: HttpServer;
  http2: Http2Server;
  sessions: ReadonlyMap<Http2Session, Socket>;
  connections: Connections;
}

function drain({ server, http1, sessions, connections }: Draining, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    // Those that were accepted and are not known yet are told as soon as they are.
    const sweep = setInterval(() => {
      for (const session of sessions.keys()) if (!session.closed) session.close();
      http1.closeIdleConnections();
    }, SWEEP_MS);
    const cut = setTimeout(() => {
      for (const socket of connections.all()) socket.destroy();
    }, drainMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
    for (const session of sessions.keys()) session.close();
    http1.closeIdleConnections();
  });
}
