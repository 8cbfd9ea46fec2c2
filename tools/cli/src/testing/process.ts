import { createRuntime, runRoles, type Runtime } from '@threadlog/runtime';
import { createLogger, type HttpServer } from '@threadlog/service';
import { composeRoles, loadStandaloneConfig } from '@threadlog/standalone';
import { eventually } from '@threadlog/testing';
import jwt from 'jsonwebtoken';

const SECRET = 'a-secret-of-at-least-thirty-two-bytes';

/** The service in this process, on free ports. */
export interface RunningProcess {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: unknown; headers: Headers }>;
  /** What the operations port says of the process. */
  readiness(): Promise<unknown>;
  /** Resolves when it says that it is ready. */
  ready(): Promise<unknown>;
  database(): Runtime['database'];
  stop(): Promise<void>;
}

export async function givenProcess(env: Record<string, string>): Promise<RunningProcess> {
  const config = loadStandaloneConfig({
    ROLES: 'projector,command-api,query-api',
    ...{ API_HOST: '127.0.0.1', API_PORT: '0', OPS_PORT: '0' },
    ...{ AUTH_JWT_SECRET: SECRET, CLUSTER_SECRET: SECRET, ENABLE_RATE_LIMITING: 'false' },
    ...env,
  });
  const stop = new AbortController();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const runtime = await createRuntime(config, { service: 'test', signal: stop.signal, logger });
  const api = Promise.withResolvers<HttpServer>();
  const ended = runRoles(runtime, composeRoles(runtime, config), {
    signal: stop.signal,
    onListening: api.resolve,
  });
  const { url } = await Promise.race([api.promise, ended.then(() => Promise.reject(new Error('it ended')))]);
  const opsUrl = `http://127.0.0.1:${runtime.ops.http.port}`;
  const token = jwt.sign({ sub: 'ada', tenant_id: 'acme', role: 'teacher' }, SECRET, { expiresIn: '1h' });
  return {
    async call(method, path, body, headers = {}) {
      const response = await fetch(new URL(path, url), {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
    },
    readiness: async () => (await fetch(`${opsUrl}/readyz`)).json(),
    ready: () =>
      eventually(async () => expect((await fetch(`${opsUrl}/readyz`)).status).toBe(200), { timeoutMs: 30_000 }),
    database: () => runtime.database,
    stop() {
      stop.abort();
      return ended;
    },
  };
}
