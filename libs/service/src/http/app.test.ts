import { problem } from '@threadlog/events';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { ProblemBody } from '../problems';
import { defineRoute } from './route';
import { eventually, testApp, type TestAppOptions } from './app.testing';

const about = { summary: 'x', tags: ['x'] };
const echo = defineRoute({
  ...about,
  method: 'post',
  path: '/api/v1/threads/{threadId}/messages',
  auth: 'user',
  params: z.object({ threadId: z.string() }),
  query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50), tag: z.string().optional() }),
  headers: z.object({ 'idempotency-key': z.string().max(255).optional() }),
  body: z.strictObject({ content: z.string().min(1), nested: z.object({ 'a/b': z.array(z.int()) }).optional() }),
  responses: { 201: { description: 'Echoed' } },
  handler: async ({ params, query, headers, body, actor, requestId }) => ({
    status: 201,
    headers: { Location: '/somewhere' },
    body: { params, query, headers, body, user: actor.id, requestId },
  }),
});
const failing = defineRoute({
  ...about,
  method: 'get',
  path: '/fail/{how}',
  auth: 'none',
  params: z.object({ how: z.enum(['fault', 'busy', 'zod', 'stream', 'gone']) }),
  responses: {},
  handler: ({ params, raw }) => {
    if (params.how === 'busy') throw problem('overloaded', 'Too much to do.', { retryAfter: 1.2 });
    if (params.how === 'zod') z.object({ a: z.string() }).parse({ a: 1 });
    if (params.how === 'gone') return { status: 204 };
    if (params.how === 'stream') raw.response.write('half');
    throw new Error('a secret of the inside');
  },
});
const listed = defineRoute({
  ...about,
  method: 'get',
  path: '/api/v1/threads/{threadId}/messages',
  auth: 'none',
  responses: { 200: { description: 'x', schema: z.object({ n: z.int() }) } },
  handler: () => ({ status: 200, body: { n: 1 } }),
});
const byToken = defineRoute({
  ...about,
  method: 'get',
  path: '/downloads/{token}',
  auth: 'none',
  params: z.object({ token: z.string() }),
  responses: {},
  handler: ({ params }) => {
    if (String(params.token).length > 150) throw problem('not_found', 'There is no such thing.');
    return { status: 204 };
  },
});

const open: { close(): Promise<void> }[] = [];
async function start(options: TestAppOptions = {}) {
  const app = await testApp({ routes: [echo, failing], more: [[listed]], ...options });
  open.push(app);
  return app;
}
afterEach(async () => void (await Promise.all(open.splice(0).map((app) => app.close()))));

const JSON_HEADERS = { 'content-type': 'application/json', authorization: 'Bearer ada' };
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/v1/threads/t-1/messages`, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  });

describe('a route', () => {
  it('gets its request parsed and its reply sent', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/api/v1/threads/a%7Eb/messages?limit=7&tag=x&tag=x&other=1`, {
      method: 'POST',
      headers: { ...JSON_HEADERS, 'idempotency-key': 'k1', 'x-request-id': 'req-12345' },
      body: JSON.stringify({ content: 'héllo' }),
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/somewhere');
    expect(response.headers.get('x-request-id')).toBe('req-12345');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      params: { threadId: 'a~b' },
      query: { limit: 7, tag: 'x' },
      headers: { 'idempotency-key': 'k1' },
      body: { content: 'héllo' },
      user: 'ada',
      requestId: 'req-12345',
    });
  });

  it('mints a request id where the client sent none, or one that cannot stand in an event', async () => {
    const { url } = await start();
    for (const given of ['', 'has spaces', 'x'.repeat(129)]) {
      const response = await fetch(`${url}/fail/gone`, { headers: given ? { 'x-request-id': given } : {} });
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await response.text()).toBe('');
    }
  });

  it('reports every fault of a request with a pointer to it', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/api/v1/threads/t/messages?limit=900`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify({ content: '', nested: { 'a/b': [1, 'two'] }, unknown: true }),
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const body = (await response.json()) as ProblemBody;
    expect(body).toMatchObject({
      type: 'urn:threadlog:problem:invalid_request',
      title: 'Invalid request',
      status: 400,
      instance: '/api/v1/threads/t/messages',
      code: 'invalid_request',
      requestId: response.headers.get('x-request-id'),
      retryable: false,
    });
    expect(body.error).toBe(body.detail);
    expect(body.message).toBe(body.detail);
    const pointers = (body.errors ?? []).map((error) => `${error.pointer} ${error.code}`);
    expect(pointers.sort()).toEqual([
      ' unrecognized_keys',
      '/content too_small',
      '/nested/a~1b/1 invalid_type',
      '/query/limit too_big',
    ]);
  });
});

const inContent = (bytes: readonly number[]) =>
  Buffer.concat([Buffer.from('{"content":"'), Buffer.from(bytes), Buffer.from('"}')]);
const NOT_UTF8: [string, number[]][] = [
  ['Latin-1', [0x66, 0xfc, 0x72]],
  ['half a character', [0xf0, 0x9f, 0x98]],
  ['an overlong form', [0xc0, 0xaf]],
  ['a surrogate in bytes', [0xed, 0xa0, 0xbd]],
  ['a byte that never occurs', [0xff]],
];

describe('bodies', () => {
  it.each([
    ['not json', '{"content":', {}, 400, 'invalid_request'],
    ['no body at all', '', {}, 400, 'invalid_request'],
    [
      'another type',
      'content=x',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported_media_type',
    ],
    [
      'another charset',
      '{"content":"x"}',
      { 'content-type': 'application/json; charset=koi8-r' },
      415,
      'unsupported_media_type',
    ],
    [
      'UTF-16',
      '{"content":"x"}',
      { 'content-type': 'application/json; charset=utf-16' },
      415,
      'unsupported_media_type',
    ],
    [
      'a charset without a name',
      '{"content":"x"}',
      { 'content-type': 'application/json; charset=' },
      415,
      'unsupported_media_type',
    ],
    ...NOT_UTF8.map(([what, bytes]) => [what, inContent(bytes), {}, 400, 'invalid_request'] as const),
    ...NOT_UTF8.map(
      ([what, bytes]) =>
        [
          `${what}, compressed`,
          gzipSync(inContent(bytes)),
          { 'content-encoding': 'gzip' },
          400,
          'invalid_request',
        ] as const,
    ),
    ['an unknown encoding', '{"content":"x"}', { 'content-encoding': 'zip' }, 415, 'unsupported_media_type'],
    ['more than 256 KiB', JSON.stringify({ content: 'x'.repeat(256 * 1024) }), {}, 413, 'payload_too_large'],
    ['a bomb', gzipSync(Buffer.alloc(1_000_000, ' ')), { 'content-encoding': 'gzip' }, 413, 'payload_too_large'],
  ])('refuses %s', async (...[, body, headers, status, code]) => {
    const { url } = await start();
    const response = await post(url, body, headers as Record<string, string>);
    expect(await response.json()).toMatchObject({ status, code });
    expect(response.status).toBe(status);
  });

  it('takes JSON by any of its names, and compressed', async () => {
    const { url } = await start();
    const utf8 = ['utf8', 'UTF8', '"utf-8"', 'UTF-8'].map((name) => `application/json;charset=${name}`);
    for (const type of [
      ...utf8,
      'application/json; x=1; charset=utf8',
      'application/merge-patch+json',
      'Application/JSON',
    ]) {
      expect((await post(url, { content: 'x' }, { 'content-type': type })).status).toBe(201);
    }
    const zipped = gzipSync(JSON.stringify({ content: 'x' }));
    expect((await post(url, zipped, { 'content-encoding': 'gzip' })).status).toBe(201);
  });

  it('gives each text on as it was sent, with and without a byte order mark', async () => {
    const { url } = await start();
    const content = 'für \u{1f600} \ufffd\ufeff';
    for (const mark of ['', '\ufeff']) {
      const answer = await (await post(url, `${mark}${JSON.stringify({ content })}`)).json();
      expect(answer).toMatchObject({ body: { content } });
    }
  });

  it('does not look at a body before it knows who sends it', async () => {
    const { url } = await start();
    expect((await post(url, '{"content":', { authorization: '' })).status).toBe(401);
  });

  it('does not mind a GET with a JSON content type', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/fail/gone`, { headers: { 'content-type': 'application/json' } })).status).toBe(204);
  });
});

describe('paths and methods', () => {
  it('answers unknown paths and methods as problems, with the methods of all routers', async () => {
    const { url } = await start();
    const unknown = await fetch(`${url}/nowhere?q=personal`);
    expect(await unknown.json()).toMatchObject({ status: 404, code: 'not_found', instance: '/nowhere' });
    const response = await fetch(`${url}/api/v1/threads/t/messages`, { method: 'DELETE' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
  });

  it('serves each method of a path from the router that has it, HEAD without a body', async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/api/v1/threads/t/messages`)).json()).toEqual({ n: 1 });
    const head = await fetch(`${url}/api/v1/threads/t/messages`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('takes a path that cannot be decoded for a bad request', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/api/v1/threads/%E0%A4%A/messages`)).status).toBe(400);
  });

  it('moves everything below BASE_PATH, health both there and where probes look', async () => {
    const { url } = await start({ config: { BASE_PATH: '/chat' } });
    expect((await fetch(`${url}/chat/fail/gone`)).status).toBe(204);
    expect((await fetch(`${url}/fail/gone`)).status).toBe(404);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/chat/health`)).status).toBe(200);
  });
});

describe('faults', () => {
  it('says nothing about the inside, and logs it once with the request id', async () => {
    const { url, lines } = await start();
    const response = await fetch(`${url}/fail/fault`, { headers: { 'x-request-id': 'r-9' } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain('inside');
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', retryable: true, requestId: 'r-9' });
    await eventually(() => lines.find((line) => line.status === 500));
    const errors = lines.filter((line) => line.level === 'ERROR');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ request_id: 'r-9', route: '/fail/{how}' });
  });

  it('sends Retry-After in whole seconds, and refusals of inner schemas as 400', async () => {
    const { url } = await start();
    const busy = await fetch(`${url}/fail/busy`);
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '2']);
    const zod = await fetch(`${url}/fail/zod`);
    expect(await zod.json()).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/a', code: 'invalid_type' }],
    });
  });

  it('cuts the connection when an answer was half sent', async () => {
    const { url } = await start();
    await expect(fetch(`${url}/fail/stream`).then((response) => response.text())).rejects.toThrow();
  });
});

describe('what is seen of requests', () => {
  it('logs one line a request, without query, token or body, and none for health', async () => {
    const { url, lines } = await start();
    await fetch(`${url}/livez`);
    await post(`${url}`, { content: 'personal' }, { 'x-request-id': 'r-1' });
    const line = await eventually(() => lines.find(({ request_id }) => request_id === 'r-1'));
    expect(line).toMatchObject({
      level: 'INFO',
      tenant_id: 't1',
      user_id: 'ada',
      thread_id: 't-1',
      status: 201,
      message: 'POST /api/v1/threads/{threadId}/messages',
      duration_ms: expect.any(Number),
    });
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toMatch(/personal|Bearer/);
  });

  it('logs no secret of a path, whatever method, case, encoding or slash it comes with', async () => {
    const token = `${'WyJhY21lIiwici0x'.repeat(6)}.8Zs0aYt3mJvQ0Xh2b7yqkT1fGm4uPcVwRe5LdNn6Bo8`;
    const { url, lines } = await start({ more: [[byToken]] });
    const paths = [
      `/downloads/${token}`,
      `/downloads/${token}/`,
      `/DownLoads/${token}`,
      `/downloads/${token}?t=${token}`,
    ];
    const encoded = [`/%64ownloads/${token}`, `/downloads/%57${token.slice(1)}`, `//downloads/${token}`];
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
    const requests = methods.flatMap((method) => [...paths, ...encoded].map((path) => ({ method, path })));
    for (const { method, path } of requests) await (await fetch(`${url}${path}`, { method })).arrayBuffer();
    await (await fetch(`${url}/downloads/%E0%A4%A${token}`)).arrayBuffer();
    await eventually(() => (lines.length > requests.length ? lines : undefined));
    expect(JSON.stringify(lines)).not.toContain(token.slice(1, 40));
  });

  it('logs nothing of good requests where the access log is off', async () => {
    const { url, lines } = await start({ config: { ACCESS_LOG: 'off' } });
    await fetch(`${url}/fail/gone`);
    await fetch(`${url}/fail/busy`);
    const line = await eventually(() => lines[0]);
    expect([line.status, line.code, lines.length]).toEqual([503, 'overloaded', 1]);
  });

  it('measures by route template', async () => {
    const { url, metrics } = await start();
    await fetch(`${url}/fail/gone`);
    await fetch(`${url}/some/unknown/path`);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/fail/{how}",status="204"} 1');
    expect(text).toContain('route="unmatched",status="404"} 1');
    expect(await metrics.registry.metrics()).not.toContain('unknown/path');
  });
});

describe('browsers', () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/api/v1/threads/t/messages`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'idempotency-key' },
    });

  it('lets any origin in by default, and then never with credentials', async () => {
    const { url } = await start();
    const response = await preflight(url, 'https://any.example');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(response.headers.get('access-control-allow-headers')).toBe('idempotency-key');
  });

  it('lets the named origins in with credentials, others not, and shows them our headers', async () => {
    const { url } = await start({ config: { CORS_ORIGINS: ['https://app.example'] } });
    const response = await fetch(`${url}/fail/gone`, { headers: { origin: 'https://app.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.get('access-control-expose-headers')).toContain('X-Consistency-Token');
    const other = await preflight(url, 'https://evil.example');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const server = await fetch(`${url}/fail/gone`);
    expect(server.headers.get('vary')).toBe('Origin');
  });

  it('sends the headers that keep browsers out of trouble, and none that tells what we run on', async () => {
    const { url } = await start();
    const { headers } = await fetch(`${url}/fail/gone`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d+/);
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(headers.get('x-powered-by')).toBeNull();
  });
});
