import type { ConnectRouter } from '@connectrpc/connect';
import type { Runtime } from '@threadlog/runtime';
import { aborted, type AppConfig, type Role } from '@threadlog/service';
import { createDoor } from './admission';
import { createChatMethods, createChatService, type ChatImplementation } from './chat';
import { createConnections } from './connections';
import { ChatService } from './gen/chat/v1/chat_pb';
import { file_google_rpc_error_details } from './gen/google/rpc/error_details_pb';
import { Health } from './gen/grpc/health/v1/health_pb';
import { ServerReflection } from './gen/grpc/reflection/v1/reflection_pb';
import { ServerReflection as ServerReflectionAlpha } from './gen/grpc/reflection/v1alpha/reflection_pb';
import { createHealthService } from './health';
import { DEFAULT_LIMITS, type GrpcLimits } from './limits';
import { createGrpcListener, type Gates } from './listener';
import { createObserver, type Ended } from './observe';
import type { ChatCalls, EventStreams } from './ports';
import { createReflection } from './reflection';
import { createRefuse, type Refuse } from './refuse';
import { serveGrpc, type GrpcServer } from './server';
import { createSubscribe } from './subscribe';
import { unaryMethods } from './unary';

export interface GrpcDeps extends Pick<Runtime, 'verifier' | 'rateLimits' | 'logger' | 'metrics'> {
  calls: ChatCalls;
  streams: EventStreams;
  config: Pick<AppConfig, 'TRUST_PROXY' | 'ACCESS_LOG'> & { GRPC_HOST: string; GRPC_PORT: number };
  limits?: Partial<GrpcLimits>;
  /** Told of the port that was really taken. */
  onListening?: (server: GrpcServer) => void;
}

const SERVICES = [ChatService, Health, ServerReflection, ServerReflectionAlpha];

/**
 * Serves the calls of `/v1` over gRPC, gRPC-Web and Connect, on a port of its own. It holds no state but its connections;
 * any number of instances run side by side. At the end it says that it is not serving, lets calls in flight end, and closes.
 */
export function createGrpc(deps: GrpcDeps): Role {
  const state = { serving: false };
  const checks = [
    {
      name: 'grpc',
      check() {
        if (!state.serving) throw new Error('the gRPC port is not open, or calls are being drained');
      },
    },
  ];
  return { name: 'grpc', checks, run: (signal) => runGrpc(deps, state, signal) };
}

async function runGrpc(deps: GrpcDeps, state: { serving: boolean }, signal: AbortSignal): Promise<void> {
  const { config, logger, metrics, rateLimits, verifier } = deps;
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const connections = createConnections(limits, (why: Ended) => observer.connectionEnded(why));
  const observer = createObserver({
    logger,
    metrics,
    accessLog: config.ACCESS_LOG,
    connections: () => connections.size,
  });
  const opened: { server?: GrpcServer } = {};
  const refuse = createRefuse(logger);
  const door = createDoor({
    verifier,
    limits: rateLimits,
    proven({ connection }) {
      const socket = opened.server?.socketOf(connection);
      if (socket) connections.proven(socket);
    },
  });
  const leaving = new AbortController();
  const stopping = new AbortController();
  const isServing = () => state.serving;
  const methods = createChatMethods({ calls: deps.calls, refuse, timeoutMs: limits.commandTimeoutMs });
  const chat = createChatService(methods, createSubscribe({ streams: deps.streams, limits, refuse, isServing }));
  const handler = createGrpcListener({
    routes: (router, gates) => mount(router, gates, { limits, chat, refuse, isServing, leaving: leaving.signal }),
    unary: (gates) => unaryMethods(ChatService, methods, gates.user),
    door,
    refuse,
    limits,
    trustedProxies: config.TRUST_PROXY,
    stopping: stopping.signal,
    ended: observer.ended,
  });
  const where = { host: config.GRPC_HOST, port: config.GRPC_PORT };
  const server = await serveGrpc({ ...where, handler, connections, limits });
  opened.server = server;
  state.serving = true;
  logger.info({ url: server.url }, 'grpc is listening');
  deps.onListening?.(server);
  await aborted(signal);
  state.serving = false;
  leaving.abort();
  await Promise.all([deps.streams.drain(limits.streamsDrainMs), server.close(limits.drainMs)]);
  stopping.abort();
}

interface Mounting {
  limits: GrpcLimits;
  chat: ChatImplementation;
  refuse: Refuse;
  isServing(): boolean;
  leaving: AbortSignal;
}

function mount(router: ConnectRouter, gates: Gates, { limits, chat, ...state }: Mounting): void {
  const { watchesPerConnection } = limits;
  const health = createHealthService({ services: SERVICES, watchesPerConnection, ...state });
  const reflect = createReflection(SERVICES, [file_google_rpc_error_details], limits);
  router
    .service(ChatService, chat, { requestGate: gates.user })
    .service(Health, health, { requestGate: gates.open })
    .service(ServerReflection, { serverReflectionInfo: reflect }, { requestGate: gates.anyone })
    .service(ServerReflectionAlpha, { serverReflectionInfo: reflect }, { requestGate: gates.anyone });
}
