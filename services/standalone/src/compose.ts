import { commandRoutes, createCommandApi, type CommandApi } from '@threadlog/command-api';
import type { CommandRouter } from '@threadlog/commands';
import { createProjector } from '@threadlog/projector';
import { createQueryApi } from '@threadlog/query-api';
import { createRealtime, type RealtimeDeps } from '@threadlog/realtime';
import { createRemoteCommands, createSignals, type Runtime, type Signals } from '@threadlog/runtime';
import { createWorker, workerRoutes } from '@threadlog/worker';
import { createLastWrites, type LastWrites, type Role } from '@threadlog/service';
import { ROLE_NAMES, type RoleName, type StandaloneConfig } from './config';

/** Sockets and webhooks tell who is there, queries show it: a process that only queries listens all the same. */
const SHOWING_PRESENCE: readonly RoleName[] = ['query-api', 'realtime', 'worker'];
/** Who uses keys has to hear when they end. */
const USING_KEYS: readonly RoleName[] = [...SHOWING_PRESENCE, 'command-api'];

export type ComposeOptions = Pick<RealtimeDeps, 'onListening'>;

/**
 * The roles that the configuration names, in the order of `ROLE_NAMES`. Sockets write through the command API of this
 * process where there is one, else through any that is alive.
 */
export function composeRoles(runtime: Runtime, config: StandaloneConfig, options: ComposeOptions = {}): Role[] {
  const wanted = new Set(config.ROLES);
  // Of use only where the writes and the reads of a client come to one process.
  const lastWrites = wanted.has('command-api') && wanted.has('query-api') ? createLastWrites() : undefined;
  const commandApi = wanted.has('command-api') ? createCommandApi({ ...runtime, config, lastWrites }) : undefined;
  const signals = createSignals({ ...runtime, keysOnly: !hearsPresence(config) });
  const listens = USING_KEYS.some((role) => wanted.has(role));
  const others: { [R in RoleName]: () => Role | undefined } = {
    'command-api': () => commandApi,
    projector: () => projector(runtime, config),
    'query-api': () => queryApi(runtime, config, { lastWrites, presence: signals.presence }),
    realtime: () => realtime(runtime, config, { ...options, commandApi, signals }),
    worker: () => worker(runtime, config, { commandApi, signals }),
  };
  const [first, ...rest] = ROLE_NAMES.map((name) => (wanted.has(name) ? others[name]() : undefined));
  return [first, listens ? signals : undefined, ...rest].filter((role) => role !== undefined);
}

function hearsPresence({ ROLES }: StandaloneConfig): boolean {
  return ROLES.some((role) => SHOWING_PRESENCE.includes(role));
}

function projector(runtime: Runtime, config: StandaloneConfig): Role {
  const { PROJECTOR_MAX_TRANSACTIONS: maxTransactions, PROJECTOR_POLL_MS: pollMs } = config;
  return createProjector({ ...runtime, maxTransactions, pollMs });
}

/** The API's document shows the commands too: where they are served elsewhere, an edge makes one API of both. */
function queryApi(
  runtime: Runtime,
  config: StandaloneConfig,
  shared: { lastWrites: LastWrites | undefined; presence: Signals['presence'] },
): Role {
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

function realtime(
  runtime: Runtime,
  config: StandaloneConfig,
  { commandApi, signals, onListening }: ComposeOptions & { commandApi: CommandApi | undefined; signals: Signals },
): Role {
  const deps = { ...runtime, config, signals, onListening };
  return withRouter(runtime, config, { commandApi, make: (router) => createRealtime({ ...deps, router }) });
}

function worker(
  runtime: Runtime,
  config: StandaloneConfig,
  { commandApi, signals }: { commandApi: CommandApi | undefined; signals: Signals },
): Role {
  const make = (router: CommandRouter) => createWorker({ ...runtime, config, signals, router });
  return withRouter(runtime, config, { commandApi, make });
}

interface Writer {
  commandApi: CommandApi | undefined;
  make(router: CommandRouter): Role;
}

/** A role that writes: through the command API of this process, else through any that is alive. */
function withRouter(runtime: Runtime, config: StandaloneConfig, { commandApi, make }: Writer): Role {
  if (commandApi) return make(commandApi.router);
  const { router, close } = createRemoteCommands(runtime, config);
  const role = make(router);
  return { ...role, run: (signal) => role.run(signal).finally(close) };
}
