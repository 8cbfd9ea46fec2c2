import type { Actor } from '@threadlog/auth';
import type { CommandApi } from '@threadlog/command-api';
import type { CommandRouter } from '@threadlog/commands';
import { createRuntime, runRoles, type RunRolesOptions, type Runtime } from '@threadlog/runtime';
import { createLogger, type HttpServer, type Logger, type Role } from '@threadlog/service';
import { eventually, testStack, type TestReply, type TestRequest } from '@threadlog/testing';
import jwt from 'jsonwebtoken';
import { composeRoles, type ComposeOptions } from '../compose';
import { loadStandaloneConfig, type StandaloneConfig } from '../config';
import { createConsole } from '../console/routes';
import { createClients, type Client } from './clients';
import { send } from './send';

export const SECRET = 'a-secret-of-at-least-thirty-two-bytes';
export const INTERNAL_SECRET = 'an-internal-secret-of-thirty-two-bytes';
const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
const ON_FREE_PORTS = {
  ...{ API_HOST: '127.0.0.1', API_PORT: '0', OPS_PORT: '0' },
  ...{ REALTIME_HOST: '127.0.0.1', REALTIME_PORT: '0' },
  ...{ GRPC_HOST: '127.0.0.1', GRPC_PORT: '0' },
};

const silent = createLogger({ service: 'test', level: 'silent' });

/** The roles behind the HTTP API in this process, on servers of the test stack. Call it where a file is set up. */
export function givenStandalone(env: Record<string, string> = {}, logger: Logger = silent) {
  const stack = testStack();
  const databaseUrl = stack.freshDatabase();
  const topicPrefix = stack.topicPrefix();
  const stop = new AbortController();
  let url = '';
  const others: { sockets?: string; grpc?: string } = {};
  let system: { env: Record<string, string>; runtime: Runtime; router: CommandRouter | undefined };
  let clients: ReturnType<typeof createClients>;
  let ended: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    const all = {
      ROLES: 'projector,command-api,query-api',
      KAFKA_BROKERS: stack.kafkaBrokers.join(','),
      KAFKA_TOPIC_PREFIX: topicPrefix,
      CHAT_PARTITIONS: '3',
      DATABASE_URL: await databaseUrl,
      AUTH_JWT_SECRET: SECRET,
      INTERNAL_API_SECRET: INTERNAL_SECRET,
      CLUSTER_SECRET: SECRET,
      SEALING_MASTER_KEY: MASTER_KEY,
      ENABLE_RATE_LIMITING: 'false',
      ...ON_FREE_PORTS,
      ...env,
    };
    const config = loadStandaloneConfig(all);
    const runtime = await createRuntime(config, { service: 'test', signal: stop.signal, logger });
    const api = Promise.withResolvers<HttpServer>();
    const roles = composeRoles(runtime, config, listenersOf(others));
    system = { env: all, runtime, router: routerOf(roles) };
    ended = runWithConsole(runtime, config, roles, { signal: stop.signal, onListening: api.resolve });
    url = (await Promise.race([api.promise, ended.then(() => Promise.reject(new Error('it ended')))])).url;
    clients = createClients(runtime, url);
    await eventually(async () => (await fetch(`${url}/readyz`)).status === 200, { timeoutMs: 30_000 });
  }, 60_000);

  afterAll(async () => {
    stop.abort();
    await ended;
  }, 30_000);

  const request = (method: string, path: string, { as, token, headers, body }: TestRequest = {}): Promise<TestReply> =>
    send(new URL(path, url), {
      method: method.toUpperCase(),
      headers: { ...bearer(token ?? (as && tokenOf(as))), ...headers },
      body,
    });
  /** Made on each use: a file may set a client up before the system stands. */
  const client = (headers: Record<string, string>): Client => ({
    call: (method, path, body) => clients(headers).call(method, path, body),
  });
  return {
    url: () => url,
    /** Where Socket.io is, if the roles have it. */
    sockets: () => others.sockets!,
    /** Where gRPC is, if the roles have it. */
    grpc: () => others.grpc!,
    /** What the process was configured by, for others beside it. */
    env: () => system.env,
    runtime: () => system.runtime,
    /** The way to write past HTTP, as the worker does. */
    router: () => system.router!,
    request,
    as: (actor: Actor) => client(bearer(tokenOf(actor))),
    internally: (tenant: string) => client({ 'x-internal-secret': INTERNAL_SECRET, 'x-tenant-id': tenant }),
  };
}

/** With the console, every reply of which is held to its schema. */
function runWithConsole(runtime: Runtime, config: StandaloneConfig, roles: Role[], options: RunRolesOptions) {
  const console = createConsole(runtime, config, { roles, checkReplies: true });
  return runRoles(runtime, roles, { ...options, operations: console.routes }).finally(console.close);
}

/** Notes where the ports beside the API's are. */
function listenersOf(others: { sockets?: string; grpc?: string }): ComposeOptions {
  return {
    onListening: (http) => void (others.sockets = http.url),
    onGrpcListening: (server) => void (others.grpc = server.url),
  };
}

function routerOf(roles: readonly Role[]): CommandRouter | undefined {
  return roles.map((role) => (role as Partial<CommandApi>).router).find(Boolean);
}

/** A token as the application would issue it. */
export function tokenOf({ id, tenantId, role, learnerScope }: Actor): string {
  const claims = { sub: id, tenant_id: tenantId, role, learner_ids: learnerScope };
  return jwt.sign(claims, SECRET, { expiresIn: '1h' });
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
