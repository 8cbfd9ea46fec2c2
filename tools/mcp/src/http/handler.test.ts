import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Question } from '../ask';
import { createLastWrites } from '../lastWrites';
import { createHttpHandler, MAX_BODY_BYTES, MAX_REQUESTS } from './handler';

const TYPES = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const call = (name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});

const asked: { question: Question; authorization: string | undefined }[] = [];
let held: PromiseWithResolvers<void> | undefined;
let server: Server;
let port: number;

beforeAll(async () => {
  const handler = createHttpHandler({
    lastWrites: createLastWrites(),
    allowedHosts: ['localhost', '127.0.0.1'],
    allowedOrigins: ['https://app.example'],
    async ask(question, { authorization }) {
      asked.push({ question, authorization });
      await held?.promise;
      return { status: 200, body: { ok: true }, consistencyToken: 'v1.written' };
    },
  });
  server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
beforeEach(() => void asked.splice(0));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Not `fetch`, which knows better than to send a foreign Host. */
function send({ method = 'POST', path = '/mcp', headers = {}, body }: Sent) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method, path, headers: { ...TYPES, ...headers } });
    request.once('error', reject);
    request.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    request.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

it.each([
  ['a name that points here (DNS rebinding)', { host: 'evil.example' }],
  ['the same with our port', { host: 'evil.example:4003' }],
  ['a name before ours', { host: 'localhost.evil.example' }],
  ['a user name', { host: 'localhost@evil.example' }],
  ['no name', { host: '/' }],
  ['a page', { origin: 'https://evil.example' }],
  ['a page of nowhere', { origin: 'null' }],
  ['a page on this machine', { origin: 'http://localhost:3000' }],
  ['a page that begins like ours', { origin: 'https://app.example.evil.example' }],
])('is closed to %s', async (_what, headers) => {
  const answer = await send({ headers, body: call('list_threads') });
  expect(answer.status).toBe(403);
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  expect(asked).toEqual([]);
});

it('is open to programs, by each of its names, and to pages that are allowed', async () => {
  for (const headers of [
    {},
    { host: 'localhost:9' },
    { host: 'LOCALHOST' },
    { origin: 'https://app.example' },
  ] as Sent['headers'][])
    expect((await send({ headers, body: call('list_threads') })).status).toBe(200);
  const preflight = await send({ method: 'OPTIONS', headers: { origin: 'https://app.example' } });
  expect(preflight).toMatchObject({
    status: 204,
    headers: { 'access-control-allow-origin': 'https://app.example', vary: 'origin' },
  });
});

it('acts for whom each request names, and for nobody where it names none', async () => {
  for (const headers of [{ authorization: 'Bearer ann' }, { authorization: 'Bearer bob' }, {}] as Sent['headers'][])
    await send({ headers, body: call('list_threads') });
  expect(asked.map(({ authorization }) => authorization)).toEqual(['Bearer ann', 'Bearer bob', undefined]);
});

it('lets a caller’s reads wait for its own writes, and nobody else’s', async () => {
  const as = (name: string) => ({ authorization: `Bearer ${name}` });
  await send({ headers: as('writer'), body: call('post_message', { threadId: 't', content: 'x' }) });
  await send({ headers: as('writer'), body: call('read_thread', { threadId: 't' }) });
  await send({ headers: as('reader'), body: call('read_thread', { threadId: 't' }) });
  expect(asked.map(({ question }) => question.consistencyToken)).toEqual([undefined, 'v1.written', undefined]);
});

it('opens no sessions and no streams', async () => {
  for (const method of ['GET', 'DELETE', 'PUT']) expect((await send({ method })).status).toBe(405);
  expect((await send({ path: '/', body: call('list_threads') })).status).toBe(404);
  const answer = await send({ headers: { 'mcp-session-id': 'somebody’s'.slice(0, 8) }, body: call('list_threads') });
  expect(answer.headers['mcp-session-id']).toBeUndefined();
});

it('bounds bodies and what is open at a time', async () => {
  const long = await send({ body: call('post_message', { threadId: 't', content: 'x'.repeat(MAX_BODY_BYTES) }) });
  expect(long.status).toBe(413);
  expect(asked).toEqual([]);
  held = Promise.withResolvers();
  const open = Array.from({ length: MAX_REQUESTS }, () => send({ body: call('list_threads') }));
  while (asked.length < MAX_REQUESTS) await new Promise(setImmediate);
  const refused = await send({ body: call('list_threads') });
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  held.resolve();
  held = undefined;
  expect(new Set((await Promise.all(open)).map(({ status }) => status))).toEqual(new Set([200]));
  expect((await send({ body: call('list_threads') })).status).toBe(200);
});

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
it.each([
  ['no JSON', '{'],
  ['no request', '{"a":1}'],
  ['nothing', ''],
  ['JSON nested without end', deep(200_000)],
])('outlives a body that is %s', async (_what, body) => {
  expect((await send({ body })).status).toBe(400);
  expect((await send({ body: call('list_threads') })).status).toBe(200);
});

it.each([
  ['an unknown tool', call('__proto__')],
  ['an inherited name', call('constructor')],
])('refuses %s', async (_what, body) => {
  expect(JSON.parse((await send({ body })).text)).toMatchObject({ error: { code: -32_602 } });
});

it.each([
  ['an argument that no tool has', { threadId: 't', content: 'x', silent: true }, 'invalid_request'],
  ['a key with a line break', { threadId: 't', content: 'x', idempotencyKey: 'a\r\nb' }, 'invalid_request'],
  ['a path', { threadId: '..', content: 'x' }, 'not_found'],
])('refuses %s as the API would', async (_what, args, code) => {
  const { result } = JSON.parse((await send({ body: call('post_message', args) })).text) as { result: object };
  expect(result).toMatchObject({ isError: true, structuredContent: { problem: { code } } });
  expect(asked).toEqual([]);
});
