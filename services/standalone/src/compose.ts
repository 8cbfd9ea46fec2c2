import { commandRoutes, createCommandApi, type CommandApi } from '@threadlog/command-api';
import type { CommandRouter } from '@threadlog/commands';
import { createProjector, projectorOptions } from '@threadlog/projector';
import { createQueryApi, type QueryApi } from '@threadlog/query-api';
import { createRealtime, createStreams, type RealtimeDeps, type RealtimeRole } from '@threadlog/realtime';
import { createRemoteCommands, createSignals, type Runtime, type Signals } from '@threadlog/runtime';
import { createWorker, workerRoutes } from '@threadlog/worker';
import { createLastWrites, type LastWrites, type Role } from '@threadlog/service';
import { ROLE_NAMES, type RoleName, type StandaloneConfig } from './config';
import { grpcRole, type GrpcParts } from './grpc';

/** Sockets, streams and webhooks tell who is there, queries show it: a process that only queries listens all the same. */
const SHOWING_PRESENCE: readonly RoleName[] = ['query-api', 'realtime', 'grpc', 'worker'];
/** Who uses keys has to hear when they end. */
const USING_KEYS: readonly RoleName[] = [...SHOWING_PRESENCE, 'command-api'];

/** Who tells clients what happens. */
const LISTENING: readonly RoleName[] = ['realtime', 'grpc'];

/** Who reads the read model for clients. */
const READING: readonly RoleName[] = ['query-api', 'grpc'];

export interface ComposeOptions extends Pick<RealtimeDeps, 'onListening'> {
  /** The same of the gRPC port. */
  onGrpcListening?: GrpcParts['onListening'];
}

/**
 * The roles that the configuration names, in the order of `ROLE_NAMES`. Sockets write through the command API of this
 * process where there is one, else through any that is alive.
 */
export function composeRoles(runtime: Runtime, config: StandaloneConfig, options: ComposeOptions = {}): Role[] {
  const wanted = new Set(config.ROLES);
  const lastWrites = seesBoth(wanted) ? createLastWrites() : undefined;
  const signals = createSignals({ ...runtime, keysOnly: !hearsPresence(config) });
  const commandApi = wanted.has('command-api')
    ? createCommandApi({ ...runtime, config, lastWrites, signals })
    : undefined;
  const listens = USING_KEYS.some((role) => wanted.has(role));
  const shared = { lastWrites, presence: signals.presence };
  const reads = READING.some((role) => wanted.has(role)) ? queryApi(runtime, config, shared) : undefined;
  const live = LISTENING.some((role) => wanted.has(role))
    ? realtime(runtime, config, { ...options, commandApi, signals })
    : undefined;
  const grpcParts = { commandApi, lastWrites, onListening: options.onGrpcListening };
  const others: { [R in RoleName]: () => Role | undefined } = {
    'command-api': () => commandApi,
    projector: () => projector(runtime, config),
    'query-api': () => reads,
    realtime: () => live,
    grpc: () => grpcRole(runtime, config, { ...grpcParts, queryApi: reads!, streams: live!.streams }),
    worker: () => worker(runtime, config, { commandApi, signals }),
  };
  const [first, ...rest] = ROLE_NAMES.map((name) => (wanted.has(name) ? others[name]() : undefined));
  const behindGrpc = reads && !wanted.has('query-api') ? withoutRoutes(reads) : undefined;
  const streams = wanted.has('realtime') ? undefined : live;
  return [first, listens ? signals : undefined, behindGrpc, streams, ...rest].filter((role) => role !== undefined);
}

/** Last writes are of use only where the writes and the reads of a client come to one process. */
function seesBoth(wanted: ReadonlySet<RoleName>): boolean {
  return wanted.has('grpc') || (wanted.has('command-api') && wanted.has('query-api'));
}

/** Reads that another surface of the process serves alone. */
function withoutRoutes({ name, checks, run }: Role): Role {
  return { name, checks, run };
}

function hearsPresence({ ROLES }: StandaloneConfig): boolean {
  return ROLES.some((role) => SHOWING_PRESENCE.includes(role));
}

function projector(runtime: Runtime, config: StandaloneConfig): Role {
  return createProjector({ ...runtime, ...projectorOptions(config) });
}

/** The API's document shows the commands too: where they are served elsewhere, an edge makes one API of both. */
function queryApi(
  runtime: Runtime,
  config: StandaloneConfig,
  shared: { lastWrites: LastWrites | undefined; presence: Signals['presence'] },
): QueryApi {
  return createQueryApi({
    ...runtime,
    api: { title: 'Threadlog', version: runtime.info.version, servers: [config.BASE_PATH || '/'] },
    readWaitMs: config.READ_WAIT_MS,
    privacy: config,
    basePath: config.BASE_PATH,
    ...shared,
    alsoDocumented: [...commandRoutes, ...workerRoutes],
  });
}

/** Behind sockets, else behind gRPC alone: then it has no port of its own. */
function realtime(
  runtime: Runtime,
  config: StandaloneConfig,
  { commandApi, signals, onListening }: ComposeOptions & { commandApi: CommandApi | undefined; signals: Signals },
): RealtimeRole {
  const deps = { ...runtime, config, signals, onListening };
  const create = config.ROLES.includes('realtime') ? createRealtime : createStreams;
  return withRouter(runtime, config, { commandApi, make: (router) => create({ ...deps, router }) });
}

function worker(
  runtime: Runtime,
  config: StandaloneConfig,
  { commandApi, signals }: { commandApi: CommandApi | undefined; signals: Signals },
): Role {
  const make = (router: CommandRouter) => createWorker({ ...runtime, config, signals, router });
  return withRouter(runtime, config, { commandApi, make });
}

interface Writer<R extends Role> {
  commandApi: CommandApi | undefined;
  make(router: CommandRouter): R;
}

/** A role that writes: through the command API of this process, else through any that is alive. */
function withRouter<R extends Role>(runtime: Runtime, config: StandaloneConfig, { commandApi, make }: Writer<R>): R {
  if (commandApi) return make(commandApi.router);
  const { router, close } = createRemoteCommands(runtime, config);
  const role = make(router);
  return { ...role, run: (signal) => role.run(signal).finally(close) };
}
