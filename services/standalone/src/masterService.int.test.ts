import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { envOfChild, eventually, freePort, type TestReply } from '@threadlog/testing';
import { io } from 'socket.io-client';
import { send } from './testing/send';
import { givenStandalone, INTERNAL_SECRET, SECRET } from './testing/standalone';

jest.setTimeout(120_000);
const PATIENT = { timeoutMs: 60_000, intervalMs: 50 };
const SERVER = resolve(__dirname, '../../../examples/master-service/server.js');
const WEBHOOK_SECRET = 'a-webhook-secret-of-the-master';

/** Told to the system when it starts: it comes after its master, as the master's address is part of it. */
const env: Record<string, string> = {
  ROLES: 'projector,command-api,query-api,realtime,worker',
  EXPORT_DIR: mkdtempSync(join(tmpdir(), 'master-')),
  AUTH_DEFAULT_TENANT: 'master',
  AUTH_JWT_ISSUER: 'master-service',
  WEBHOOK_SECRET,
};
let master: ChildProcess;
let url: string;
let printed = '';
let early: Registered;

interface Registered {
  user: { id: string; name: string };
  token: string;
}

function call<Body>(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return send(new URL(path, url), { method, headers, body }) as Promise<TestReply & { body: Body }>;
}
const register = async (id: string): Promise<Registered> =>
  (await call<Registered>('POST', '/api/auth/register', { body: { id, name: id.toUpperCase(), role: 'editor' } })).body;

beforeAll(async () => {
  env.API_PORT = String(await freePort());
  master = spawn(process.execPath, [SERVER], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...envOfChild(),
      ...{ PORT: '0', CHAT_SERVICE_URL: `http://127.0.0.1:${env.API_PORT}` },
      ...{ JWT_SECRET: SECRET, INTERNAL_API_SECRET: INTERNAL_SECRET, WEBHOOK_SECRET },
    },
  });
  for (const stream of [master.stdout!, master.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await once(master.stdout!, 'data');
  url = printed.trim();
  env.WEBHOOK_URL = `${url}/webhooks/chat`;
  // The chat service is not there yet.
  early = await register('early');
  expect((await call('GET', '/api/conversations', { token: early.token })).body).toEqual({
    error: 'Chat service unavailable',
    code: 'CHAT_SERVICE_UNAVAILABLE',
  });
}, 30_000);
const api = givenStandalone(env);

afterAll(async () => {
  const ended = once(master, 'exit');
  master.kill('SIGTERM');
  await ended;
  for (const secret of [SECRET, INTERNAL_SECRET, WEBHOOK_SECRET, early.token]) expect(printed).not.toContain(secret);
});

const profileOf = (id: string) => api.internally('master').call<object>('GET', `/api/users/${id}`);
const contents = (news: object[]) => news.map((one) => (one as { content: string }).content);
const notified = async (token: string) =>
  (await call<{ notifications: object[] }>('GET', '/api/notifications', { token })).body.notifications;

it('syncs its users: who registers, who did before the chat service was there, who changes and who goes', async () => {
  const { user, token } = await register('una');
  expect((await profileOf('una')).body).toMatchObject({ externalUserId: 'una', displayName: 'UNA' });
  await eventually(
    async () => expect((await profileOf('early')).body).toMatchObject({ displayName: 'EARLY' }),
    PATIENT,
  );
  expect((await call('PATCH', '/api/users/una', { token, body: { name: 'Una O.', id: 'early' } })).body).toEqual({
    ...user,
    name: 'Una O.',
  });
  expect((await profileOf('una')).body).toMatchObject({ displayName: 'Una O.', metadata: { role: 'editor' } });
  expect((await call('PATCH', '/api/users/early', { token, body: { name: 'x' } })).status).toBe(403);
  expect((await call('DELETE', '/api/users/una', { token })).status).toBe(204);
  expect((await profileOf('una')).status).toBe(404);
  expect((await call('GET', '/api/notifications', { token })).status).toBe(401);
});

it('answers by the chat service, under the caller’s own token', async () => {
  const [ada, bo, eve] = [await register('ada'), await register('bo'), await register('eve')];
  const body = { type: 'direct', participantIds: ['ada', 'bo'] };
  const made = await call<{ id: string }>('POST', '/api/conversations', { token: ada.token, body });
  expect(made).toMatchObject({ status: 201, body: { type: 'direct', createdBy: 'ada' } });
  const messages = `/api/conversations/${made.body.id}/messages`;
  const said = await call<{ id: string }>('POST', messages, { token: ada.token, body: { content: 'Hello, Bo!' } });
  await eventually(async () => {
    const page = await call('GET', `${messages}?limit=1`, { token: bo.token });
    expect(page.body).toMatchObject({ messages: [{ id: said.body.id, sender: { displayName: 'ADA' } }] });
  }, PATIENT);
  expect((await call('PUT', `/api/messages/${said.body.id}/read`, { token: bo.token, body: {} })).status).toBe(200);

  // Its own rule, the chat service's refusals in its own form, and no way to other routes.
  const stranger = { token: ada.token, body: { type: 'direct', participantIds: ['ada', 'nobody'] } };
  expect(await call('POST', '/api/conversations', stranger)).toMatchObject({
    status: 422,
    body: { code: 'UNKNOWN_USER' },
  });
  expect(await call('GET', messages, { token: eve.token })).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  });
  expect(await call('GET', messages)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  expect(await rawStatus('/api/conversations/../v1/threads', ada.token)).toEqual([404, 'NOT_FOUND']);
  expect(await rawStatus('/api/conversations/%2e%2e/admin/stats', ada.token)).toEqual([404, 'NOT_FOUND']);
});

/** Not `fetch`, which resolves `..` itself. */
function rawStatus(path: string, token: string): Promise<[number, string]> {
  return new Promise((done, fail) => {
    const { hostname, port } = new URL(url);
    const request = httpRequest({ hostname, port, path, headers: { authorization: `Bearer ${token}` } });
    request.once('error', fail).once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => done([response.statusCode!, (JSON.parse(text) as { code: string }).code]));
    });
    request.end();
  });
}

it('hears by webhook what happens, and notifies who is not there', async () => {
  const [kim, lee, max] = [await register('kim'), await register('lee'), await register('max')];
  const post = async (content: string) => {
    const path = `/api/conversations/${id}/messages`;
    return (await call<{ id: string }>('POST', path, { token: kim.token, body: { content } })).body.id;
  };
  const body = { participantIds: ['lee', 'max'], title: 'Plans' };
  const { id } = (await call<{ id: string }>('POST', '/api/conversations', { token: kim.token, body })).body;
  const first = await post('Are you there?');
  const news = { messageId: first, conversationId: id, senderId: 'kim', content: 'Are you there?' };
  await eventually(async () => expect(await notified(lee.token)).toEqual([news]), PATIENT);
  expect(await notified(kim.token)).toEqual([]);

  // Who is online sees for itself; the application's token opens the socket too.
  const socket = io(api.sockets(), { auth: { token: lee.token }, transports: ['websocket'], forceNew: true });
  const seen: string[] = [];
  socket.on('message:new', ({ content }: { content: string }) => seen.push(content));
  await eventually(() => expect(socket.connected).toBe(true), PATIENT);
  let n = 0;
  await eventually(async () => {
    const content = `and now, for the ${(n += 1)}th time?`;
    await post(content);
    await eventually(async () => expect(contents(await notified(max.token))).toContain(content), PATIENT);
    expect(contents(await notified(lee.token))).not.toContain(content);
    expect(seen).toContain(content);
  }, PATIENT);
  socket.close();

  await call('DELETE', `/api/messages/${first}`, { token: kim.token });
  await eventually(async () => expect(await notified(lee.token)).not.toContainEqual(news), PATIENT);
});

it('takes nothing that is not signed, and nothing twice', async () => {
  const { token } = await register('vic');
  const members = { conversationId: 'forged', participants: [{ userId: 'vic' }] };
  const deliver = (id: string, event: string, data: object, signed?: string) => {
    const body = { event, timestamp: '2026-01-15T10:30:00.000Z', data };
    const hmac = createHmac('sha256', WEBHOOK_SECRET).update(JSON.stringify(body)).digest('hex');
    const headers = { 'webhook-id': id, 'x-webhook-signature': signed ?? `sha256=${hmac}` };
    return send(new URL('/webhooks/chat', url), { method: 'POST', headers, body });
  };
  const message = { messageId: 'm', conversationId: 'forged', senderId: 'x', content: 'c' };
  for (const signed of ['', 'sha256=', `sha256=${'0'.repeat(64)}`, 'x'.repeat(71)])
    expect((await deliver('1', 'conversation.created', members, signed)).status).toBe(401);
  expect((await send(new URL('/webhooks/chat', url), { method: 'POST', headers: {} })).status).toBe(401);
  expect((await deliver('1', 'conversation.created', members)).status).toBe(200);
  for (const id of ['2', '2', '2']) expect((await deliver(id, 'message.created', message)).status).toBe(200);
  for (const event of ['constructor', '__proto__', 'not.yet'])
    expect((await deliver(event, event, message)).status).toBe(200);
  expect(await notified(token)).toEqual([message]);
});
