import { createRuntime, runRoles, type Runtime } from '@threadlog/runtime';
import { createLogger, type HttpServer } from '@threadlog/service';
import { eventually, testStack } from '@threadlog/testing';
import jwt from 'jsonwebtoken';
import { composeRoles } from './compose';
import { loadStandaloneConfig, type RoleName } from './config';
import { metricsCatalogue } from './metrics/catalogue';

const SECRET = 'a-secret-of-at-least-thirty-two-bytes';
const stack = testStack();
const databaseUrl = stack.freshDatabase();
const topicPrefix = stack.topicPrefix();

interface Running {
  api: string | undefined;
  realtime: string | undefined;
  ops: string;
  stop(): Promise<void>;
}

/** Roles in this process on free ports, against the database and topics of this file. */
async function start(roles: RoleName[], env: Record<string, string> = {}): Promise<Running> {
  const config = loadStandaloneConfig({
    ROLES: roles.join(','),
    KAFKA_BROKERS: stack.kafkaBrokers.join(','),
    KAFKA_TOPIC_PREFIX: topicPrefix,
    CHAT_PARTITIONS: '3',
    DATABASE_URL: await databaseUrl,
    ...{ API_HOST: '127.0.0.1', API_PORT: '0', REALTIME_HOST: '127.0.0.1', REALTIME_PORT: '0', OPS_PORT: '0' },
    ...{ GRPC_HOST: '127.0.0.1', GRPC_PORT: '0' },
    AUTH_JWT_SECRET: SECRET,
    CLUSTER_SECRET: SECRET,
    SEALING_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...env,
  });
  const stop = new AbortController();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const runtime = await createRuntime(config, { service: 'test', features: roles, signal: stop.signal, logger });
  const realtime = Promise.withResolvers<HttpServer | undefined>();
  const api = Promise.withResolvers<HttpServer | undefined>();
  if (!roles.includes('realtime')) realtime.resolve(undefined);
  if (!roles.includes('command-api') && !roles.includes('query-api')) api.resolve(undefined);
  const composed = composeRoles(runtime, config, { onListening: realtime.resolve });
  const ended = runRoles(runtime, composed, { signal: stop.signal, onListening: api.resolve });
  await Promise.race([ended, Promise.all([api.promise, realtime.promise])]);
  return {
    api: (await api.promise)?.url,
    realtime: (await realtime.promise)?.url,
    ops: `http://127.0.0.1:${runtime.ops.http.port}`,
    stop() {
      stop.abort();
      return ended;
    },
  };
}

const token = jwt.sign({ sub: 'ada', tenant_id: 'acme' }, SECRET, { expiresIn: '1h' });
async function call(url: string, method: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
const isReady = (url: string) =>
  eventually(async () => (await fetch(`${url}/readyz`)).status === 200, { timeoutMs: 30_000 });

describe('all roles in one process', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start(['projector', 'command-api', 'query-api', 'realtime', 'grpc']);
    await Promise.all([isReady(running.api ?? ''), isReady(running.realtime ?? ''), isReady(running.ops)]);
  }, 60_000);
  afterAll(() => running.stop(), 30_000);

  it('shows what was just written to whoever brings the consistency token', async () => {
    const created = await call(`${running.api}/api/v1/threads`, 'POST', { title: 'Algebra' });
    expect(created).toMatchObject({ status: 201, body: { title: 'Algebra', createdBy: 'ada' } });
    const thread = `${running.api}/api/v1/threads/${created.body.id}`;
    const posted = await call(`${thread}/messages`, 'POST', { content: 'Good morning' });
    expect(posted).toMatchObject({ status: 201, body: { content: 'Good morning', messageIndex: 1 } });
    const consistency = posted.headers.get('x-consistency-token') ?? '';
    const page = await call(`${thread}/messages`, 'GET', undefined, { 'x-consistency-token': consistency });
    expect(page).toMatchObject({ status: 200, body: { messages: [{ content: 'Good morning' }], hasMore: false } });
  });

  it('says how it is on every port, and why and its figures on the operations port only', async () => {
    for (const url of [running.api, running.realtime]) {
      expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
    }
    const ready = await (await fetch(`${running.ops}/readyz`)).json();
    const parts = ['database', 'kafka', 'clock', 'projector', 'command-api', 'query-api', 'realtime', 'grpc'];
    expect(Object.keys((ready as { checks: object }).checks).sort()).toEqual(parts.sort());
    expect((await fetch(`${running.api}/metrics`)).status).toBe(404);
    const metrics = await (await fetch(`${running.ops}/metrics`)).text();
    expect(metrics).toMatch(/threadlog_appended_records_total \d+/);
    expect(metrics).toContain('nodejs_eventloop_lag_seconds');
    const catalogued = (await metricsCatalogue()).map(({ name }) => name);
    const shown = [...metrics.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!);
    expect(shown.filter((name) => !catalogued.includes(name))).toEqual([]);
    expect(metrics).toMatch(/^threadlog_ready 1$/m);
    expect(metrics).toMatch(/^threadlog_partitions 3$/m);
    expect(Number(/^threadlog_memory_limit_bytes (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(2 ** 20);
  });

  it('documents commands and queries alike', async () => {
    const { paths } = (await (await fetch(`${running.api}/openapi.json`)).json()) as { paths: Record<string, object> };
    expect(Object.keys(paths['/api/v1/threads'] ?? {}).sort()).toEqual(['get', 'post']);
  });

  it('answers methods that no role has with those that one has', async () => {
    const response = await call(`${running.api}/api/v1/threads`, 'DELETE');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
});

describe('roles in processes of their own', () => {
  it('work together over the log, and leave when told to', async () => {
    const commands = await start(['command-api']);
    const rest = await start(['projector', 'query-api']);
    await Promise.all([isReady(commands.api ?? ''), isReady(rest.api ?? '')]);
    expect((await fetch(`${rest.api}/api/v1/threads`, { method: 'POST' })).status).toBe(405);
    const created = await call(`${commands.api}/api/v1/threads`, 'POST', { title: 'Geometry' });
    const headers = { 'x-consistency-token': created.headers.get('x-consistency-token') ?? '' };
    const found = await call(`${rest.api}/api/v1/threads/${created.body.id}`, 'GET', undefined, headers);
    expect(found).toMatchObject({ status: 200, body: { title: 'Geometry' } });
    await rest.stop();
    await commands.stop();
    await expect(fetch(`${commands.ops}/livez`)).rejects.toThrow();
  }, 60_000);
});

describe('reading while the projection stands still', () => {
  it('goes up to the newest message, so that no badge stays', async () => {
    const commands = await start(['command-api']);
    await isReady(commands.api ?? '');
    const ben = { authorization: `Bearer ${jwt.sign({ sub: 'ben', tenant_id: 'acme' }, SECRET, { expiresIn: '1h' })}` };
    const { body: thread } = await call(`${commands.api}/api/v1/threads`, 'POST', { participantIds: ['ben'] });
    const own = `${commands.api}/api/v1/threads/${thread.id}`;
    const ways = [`${own}/read`, `${commands.api}/api/conversations/${thread.id}/read`];
    let newest = '';
    for (let round = 1; round <= 40; round += 1) {
      const posted = await call(`${own}/messages`, 'POST', { content: `text ${round}` });
      newest = posted.headers.get('x-consistency-token') ?? '';
      const read = await call(ways[round % 2]!, 'PUT', undefined, ben);
      expect(read).toMatchObject({
        status: 200,
        body: { messageId: posted.body.id, messageIndex: round, unreadCount: 0 },
      });
    }
    const stranger = {
      authorization: `Bearer ${jwt.sign({ sub: 'eve', tenant_id: 'acme' }, SECRET, { expiresIn: '1h' })}`,
    };
    expect((await call(ways[0]!, 'PUT', undefined, stranger)).status).toBe(404);

    const rest = await start(['projector', 'query-api']);
    await isReady(rest.api ?? '');
    const consistent = { ...ben, 'x-consistency-token': newest };
    await eventually(async () => {
      const unread = await call(`${rest.api}/api/v1/unread`, 'GET', undefined, consistent);
      expect(unread).toMatchObject({ status: 200, body: { total: 0 } });
      const shown = await call(`${rest.api}/api/v1/threads/${thread.id}`, 'GET', undefined, consistent);
      expect(shown).toMatchObject({ status: 200, body: { unreadCount: 0, messageCount: 40 } });
    });
    await rest.stop();
    await commands.stop();
  }, 120_000);
});

describe('a process that cannot start', () => {
  it('refuses a log that the database was not built from, and leaves nothing open', async () => {
    const other = await stack.freshTopic().then((topic) => `${topic}-other-`);
    await expect(start(['query-api'], { KAFKA_TOPIC_PREFIX: other })).rejects.toThrow(/built from log/);
    await expect(start(['query-api'], { CHAT_PARTITIONS: '5' })).rejects.toThrow(/3 partitions, not 5/);
  }, 60_000);

  it('stops waiting for Kafka when it is told to stop', async () => {
    const config = loadStandaloneConfig({
      KAFKA_BROKERS: '127.0.0.1:1',
      DATABASE_URL: await databaseUrl,
      OPS_PORT: '0',
      AUTH_JWT_SECRET: SECRET,
      CLUSTER_SECRET: SECRET,
      SEALING_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    });
    const stop = new AbortController();
    const waiting = Promise.withResolvers<void>();
    const destination = { write: (line: string) => line.includes('Kafka cannot be reached') && waiting.resolve() };
    const logger = createLogger({ service: 'test', destination: destination as { write(line: string): void } });
    const starting: Promise<Runtime> = createRuntime(config, { service: 'test', signal: stop.signal, logger });
    await Promise.race([waiting.promise, starting]);
    stop.abort();
    await expect(starting).rejects.toMatchObject({ name: 'AbortError' });
  }, 60_000);
});
