import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { WebhookReplayResource, WebhookWithSecretResource } from '@threadlog/events';
import { envOfChild, eventually, scale } from '@threadlog/testing';
import { startReceiver, type Received, type Receiver } from './testing/receiver';
import { scenesOf } from './testing/scenes';
import { send } from './testing/send';
import { givenStandalone, tokenOf } from './testing/standalone';
import { adminOf, OPEN_TO_LOOPBACK } from './testing/webhookAdmin';
import { contents, deduplicated, PATIENT } from './testing/webhooks';

const MAIN = join(__dirname, '..', 'dist', 'main.js');
jest.setTimeout(240_000);
/** From the death of a worker to the next delivery; a machine that is busy with more may take as long again. */
const PROMISED_MS = 5_000;

const api = givenStandalone({ ...OPEN_TO_LOOPBACK, ROLES: 'projector,command-api,query-api' });
const scenes = scenesOf(api);
const admin = adminOf('taken-over');
const children: ChildProcess[] = [];
let receiver: Receiver;
beforeAll(async () => void (receiver = await startReceiver()));
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await receiver.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A worker in a process of its own; `ask` sends to its HTTP port as the admin. */
async function startWorker() {
  const port = await freePort();
  const env = {
    ...OPEN_TO_LOOPBACK,
    ENVIRONMENT: 'test',
    ROLES: 'worker',
    LOG_LEVEL: 'silent',
    API_PORT: String(port),
  };
  const child = spawn(process.execPath, [MAIN], { stdio: 'ignore', env: { ...envOfChild(), ...api.env(), ...env } });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), PATIENT);
  const headers = { authorization: `Bearer ${tokenOf(admin)}` };
  return {
    child,
    ask: (method: string, path: string, body?: object) => send(new URL(path, url), { method, headers, body }),
  };
}

const isReplayed = ({ headers }: Received) => headers['webhook-replay'] === 'true';

it('a worker that is killed is taken over from within five seconds, and its replay goes on without a gap', async () => {
  const leader = await startWorker();
  const { status, body } = await api
    .as(admin)
    .call<WebhookWithSecretResource>('POST', '/api/v1/webhooks', { url: receiver.url });
  expect(status).toBe(201);
  const path = `/api/v1/webhooks/${body.id}`;
  const threads = await Promise.all([1, 2, 3].map(() => scenes.thread(admin, {})));
  const each = scale({ short: 100, long: 1_000 });
  await Promise.all(
    threads.map(async (threadId) => {
      for (let n = 0; n < each; n += 1) await scenes.post(admin, threadId, `${n}`);
    }),
  );
  const told = threads.length * (each + 1);
  await eventually(() => expect(deduplicated(receiver.taken)).toHaveLength(told), PATIENT);
  const next = await startWorker();
  const asked = await leader.ask('POST', `${path}/replay`, { from: '2026-01-01T00:00:00Z' });
  expect(asked.status).toBe(202);
  const replayed = () => deduplicated(receiver.taken.filter(isReplayed));
  await eventually(() => expect(replayed().length).toBeGreaterThan(told / 4), { ...PATIENT, intervalMs: 5 });
  const exited = once(leader.child, 'exit');
  leader.child.kill('SIGKILL');
  await exited;
  const diedAt = performance.now();
  await scenes.post(admin, threads[0]!, 'after the kill');
  await eventually(() => expect(contents(receiver.taken)).toContain('after the kill'), { ...PATIENT, intervalMs: 10 });
  expect(performance.now() - diedAt).toBeLessThan(2 * PROMISED_MS);
  const replayId = (asked.body as WebhookReplayResource).id;
  const replay = async () =>
    (await api.as(admin).call<WebhookReplayResource>('GET', `${path}/replays/${replayId}`)).body;
  await eventually(async () => expect((await replay()).status).toBe('completed'), PATIENT);
  // It had begun before the kill, and was not through.
  const all = receiver.taken.filter(isReplayed);
  expect(replayed()).toHaveLength(told);
  expect(all.length - told).toBeLessThanOrEqual(100);
  for (const threadId of threads) {
    const own = replayed().filter(({ data }) => data.threadId === threadId);
    expect(own.map(({ seq }) => seq)).toEqual(Array.from({ length: each + 1 }, (_, n) => n + 1));
  }
  // Whoever delivers now takes what is asked of any instance.
  expect((await next.ask('POST', `${path}/test`)).body).toMatchObject({ delivered: true, status: 200 });
});
