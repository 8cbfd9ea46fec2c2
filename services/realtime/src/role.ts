import type { Runtime } from '@threadlog/runtime';
import { createApp, createHealth, listen, type AppConfig, type HttpServer, type Role } from '@threadlog/service';
import { createCore, type Core, type CoreDeps } from './core';
import {
  attachSockets,
  createSocketServer,
  drainSockets,
  trackConnections,
  type SocketServerOptions,
} from './socket/server';
import { openSession } from './socket/session';
import { createUnauthenticated } from './socket/unauthenticated';
import { createBroadcast } from './socket/wire';
import type { EventStreams } from './streams/streams';

export interface RealtimeDeps extends CoreDeps, Pick<Runtime, 'info'> {
  config: AppConfig & { REALTIME_HOST: string; REALTIME_PORT: number };
  /** Told of the port that was really taken. */
  onListening?: (http: HttpServer) => void;
}

/** Who has it can let others listen in its process, without a socket. */
export interface RealtimeRole extends Role {
  streams: EventStreams;
}

/**
 * Pushes the log to sockets. It has an HTTP server of its own, on `REALTIME_PORT`. Health answers from the start;
 * sockets are let in when everything that was in the log at the start has been read.
 */
export function createRealtime(deps: RealtimeDeps): RealtimeRole {
  const core = createCore(deps);
  const { checks, streams } = core;
  return { name: 'realtime', checks, streams, run: (signal) => runRealtime(deps, core, signal) };
}

/** The same without a port, for a process whose clients listen over another one. */
export function createStreams(deps: CoreDeps): RealtimeRole {
  const { checks, streams, run } = createCore(deps);
  return { name: 'streams', checks, streams, run: (signal) => run(signal) };
}

async function runRealtime(deps: RealtimeDeps, core: Core, signal: AbortSignal): Promise<void> {
  const { config, info, logger, metrics, verifier } = deps;
  const { limits, checks } = core;
  const health = createHealth({ info, checks });
  const app = createApp({ logger, metrics, config, health, limits: deps.rateLimits, routers: [] });
  const sockets: SocketServerOptions = {
    origins: config.CORS_ORIGINS,
    maxConnections: limits.connections,
    unauthenticated: createUnauthenticated(limits.unauthenticatedPerAddress),
    slots: core.slots,
    maxResume: limits.resumeThreads,
    verifier,
    rateLimits: deps.rateLimits,
    trustedProxies: config.TRUST_PROXY,
    serving: () => core.session() !== null,
    onSession(socket, handshake) {
      const session = core.session();
      // It came just before the end, and comes back by itself.
      if (session) openSession(session, socket, handshake);
      else socket.conn.close();
    },
  };
  const io = createSocketServer(sockets);
  const http = await listen(app, { host: config.REALTIME_HOST, port: config.REALTIME_PORT });
  const tracked = trackConnections(http.server);
  attachSockets(io, http.server, sockets);
  logger.info({ url: http.url }, 'realtime is listening');
  deps.onListening?.(http);
  const drain = (withinMs: number) => {
    health.drain();
    return drainSockets(io, tracked, withinMs);
  };
  try {
    await core.run(signal, { broadcast: createBroadcast(io), drain });
  } finally {
    await http.close(0);
  }
}
