import { AbortedError, ServerError, NetworkError, type ChatError } from '../errors.ts';
import { clientFromEnv, isRetryable } from './index.ts';
import { PAGE, startChatServer, type Reply } from './testing/chatServer.ts';
import { givenChatServer, rejection, TOKEN } from './testing/given.ts';

const { server, seen, serviceOf, watching } = givenChatServer();

describe('Client: GetRecentMessages', () => {
  it('asks for the newest messages of a conversation, as the service’s own clients do', async () => {
    const service = clientFromEnv(watching(), { CHAT_SERVICE_URL: `${server().url}/base/` });
    expect(await service.getRecentMessages('c 1/ü', 10)).toEqual(PAGE);
    const { method, url, headers } = server().asked[0]!;
    expect([method, url]).toEqual(['GET', '/base/api/v1/chat/conversations/c%201%2F%C3%BC/messages?limit=10']);
    expect(headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      accept: 'application/json',
      'content-type': 'application/json',
    });
    await service.getRecentMessages('c1', 1, { cursor: 'a&b' });
    expect(server().asked[1]!.url).toContain('limit=1&cursor=a%26b');
  });

  it.each([0, -1, 201, 1.5, Number.NaN, Infinity, '10'])('does not ask for %p messages', async (limit) => {
    expect(await rejection(serviceOf().getRecentMessages('c1', limit as number))).toMatchObject({
      code: 'invalid_request',
    });
    expect(server().asked).toEqual([]);
  });

  it.each(['', '.', '..', '\ud800', undefined])('does not ask for the conversation %p', async (id) => {
    expect(await rejection(serviceOf().getRecentMessages(id as string, 1))).toMatchObject({ code: 'invalid_request' });
    expect(server().asked).toEqual([]);
  });

  it.each([
    ['a page of something else', { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['JSON that is no page', { status: 200, body: { messages: 'none' } }],
    ['null', { status: 200, body: 'null' }],
    ['half a page', { status: 200, body: '{"messages":[' }],
  ] as [string, Reply][])('takes %s for no answer', async (_what, reply) => {
    server().reply(reply);
    const error = await rejection(serviceOf().getRecentMessages('c1', 1));
    expect(error).toBeInstanceOf(NetworkError);
    expect([error.code, server().asked.length]).toEqual(['bad_answer', 1]);
  });
});

describe('Client: GetRecentMessages WithRetry', () => {
  it('has an answer after two failures', async () => {
    server().reply(503, 'drop', 200);
    expect(await serviceOf().getRecentMessages('c1', 10)).toEqual(PAGE);
    expect(seen().attempts.map(({ attempt, status, code }) => [attempt, status, code])).toEqual([
      [1, 503, 'status_503'],
      [2, 0, 'network'],
      [3, 200, null],
    ]);
    expect(seen().calls).toMatchObject([{ operation: 'get_recent_messages', attempts: 3, code: null }]);
  });

  it('gives up after three retries, with what the last one was answered', async () => {
    server().reply({
      status: 503,
      body: { code: 'overloaded', status: 503, detail: 'busy', retryable: true, requestId: 'r1' },
    });
    const error = await rejection(serviceOf({ circuitBreakerMaxFails: 100 }).getRecentMessages('c1', 10));
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ code: 'overloaded', status: 503, requestId: 'r1' });
    expect(server().asked).toHaveLength(4);
    expect(seen().lines.at(-1)).toMatchObject({
      level: 'error',
      fields: { attempts: 4, code: 'overloaded', request_id: 'r1' },
    });
  });

  it('waits longer each time, half of it by chance', async () => {
    server().reply(500);
    for (let n = 0; n < 5; n += 1)
      await rejection(
        serviceOf({ retryDelayMs: 4, retryBackoff: 3, circuitBreakerMaxFails: 100 }).getRecentMessages('c1', 1),
      );
    const waits = seen().lines.flatMap(({ fields }) => (fields.retry ? [[fields.retry, fields.wait_ms]] : [])) as [
      number,
      number,
    ][];
    expect(waits).toHaveLength(15);
    for (const [n, ms] of waits) {
      expect(ms).toBeGreaterThanOrEqual((4 * 3 ** (n - 1)) / 2);
      expect(ms).toBeLessThanOrEqual(4 * 3 ** (n - 1));
    }
    expect(new Set(waits.map(([, ms]) => ms)).size).toBeGreaterThan(10);
  });

  it('waits as long as the server asks for, in seconds or until a date', async () => {
    const soon = { status: 429, headers: { 'retry-after': '1' } };
    const past = { status: 503, headers: { 'retry-after': new Date(Date.now() - 60_000).toUTCString() } };
    server().reply(soon, past, 200);
    await serviceOf().getRecentMessages('c1', 1);
    const [first, second] = server().asked.map(({ at }) => at) as [number, number];
    expect(second - first).toBeGreaterThan(990);
    const [asked, none] = seen().lines.flatMap(({ fields }) => (fields.retry ? [Number(fields.wait_ms)] : []));
    expect(asked).toBeGreaterThanOrEqual(1_000);
    expect(none).toBeLessThan(10);
  });

  it.each(['3600', '1e9', new Date(Date.now() + 3_600_000).toUTCString()])(
    'does not wait for ever: Retry-After %s',
    async (after) => {
      server().reply({ status: 429, headers: { 'retry-after': after } });
      const error = await rejection(serviceOf().getRecentMessages('c1', 1));
      expect(error.retryAfterMs).toBeGreaterThan(3_000_000);
      expect(server().asked).toHaveLength(1);
    },
  );

  it('ends with the caller, also while it waits', async () => {
    server().reply({ status: 429, headers: { 'retry-after': '20' } });
    const stop = new AbortController();
    const told = rejection(serviceOf().getRecentMessages('c1', 1, { signal: stop.signal }));
    while (seen().lines.every(({ level }) => level !== 'warn')) await new Promise(setImmediate);
    stop.abort();
    expect(await told).toBeInstanceOf(AbortedError);
    const before = server().asked.length;
    await rejection(serviceOf().getRecentMessages('c1', 1, { signal: AbortSignal.abort() }));
    expect(server().asked).toHaveLength(before);
  });

  it('gives each attempt its time and no more', async () => {
    server().reply('hang', 200);
    expect(await serviceOf({ timeoutMs: 100 }).getRecentMessages('c1', 1)).toEqual(PAGE);
    // A machine that stands still may let more than the first one run out of time.
    const codes = seen().attempts.map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(1);
    expect(codes).toEqual([...codes.slice(1).fill('timeout'), null]);
  });
});

describe('Retryer: Execute', () => {
  const read = { method: 'GET' as const, path: '/api/v1/threads' };
  const write = { method: 'POST' as const, path: '/api/v1/threads', body: { title: 'x' } };
  const keyed = { ...write, idempotencyKey: 'k1' };
  it.each([
    ['a lost connection', 'drop', read, 4],
    ['a lost connection', 'drop', keyed, 4],
    ['a lost connection', 'drop', write, 1],
    ['silence', 'hang', read, 4],
    ['silence', 'hang', write, 1],
    ...[500, 502, 503, 504].flatMap((status): [string, Reply, object, number][] => [
      [`${status}`, status, read, 4],
      [`${status}`, status, keyed, 4],
      [`${status}`, status, write, 1],
    ]),
    ...[408, 429].flatMap((status): [string, Reply, object, number][] => [
      [`${status}`, status, read, 4],
      [`${status}`, status, write, 4],
    ]),
    ...[400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 301].map((status): [string, Reply, object, number] => [
      `${status}`,
      status,
      read,
      1,
    ]),
  ] as [string, Reply, typeof keyed, number][])('%s (%j, %j) is %i attempts', async (_what, reply, request, many) => {
    server().reply(reply);
    const timeoutMs = reply === 'hang' ? 100 : 10_000;
    await rejection(serviceOf({ timeoutMs, circuitBreakerEnabled: false }).request(request));
    expect(server().asked).toHaveLength(many);
    expect(new Set(server().asked.map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set([request.idempotencyKey]),
    );
  });

  it('classifies what it knows, and nothing else', () => {
    for (const thrown of [new Error('x'), null, 'network', { status: 503 }, new AbortedError()])
      expect(isRetryable(thrown, { method: 'GET' })).toBe(false);
    expect(isRetryable(new NetworkError('network', ''), { method: 'get' })).toBe(true);
    expect(isRetryable(new NetworkError('bad_answer', ''), { method: 'GET' })).toBe(false);
  });

  it('retries as often as it is told, or not at all', async () => {
    server().reply(500);
    await rejection(serviceOf({ maxRetries: 0 }).getRecentMessages('c1', 1));
    expect(server().asked).toHaveLength(1);
    await rejection(serviceOf({ maxRetries: 7, circuitBreakerEnabled: false }).getRecentMessages('c1', 1));
    expect(server().asked).toHaveLength(9);
  });

  it.each([
    '//evil.example/',
    '/../admin',
    '/a/%2e%2e/b',
    '/a?b',
    '/a#b',
    '/a\r\nx: y',
    'a',
    '/ü',
    '\\\\evil.example',
    '@evil.example/',
  ])('asks for nothing but a path below the service: %p', async (path) => {
    const error = await serviceOf()
      .request({ method: 'GET', path })
      .then(
        () => null,
        (thrown: ChatError) => thrown,
      );
    for (const { url } of server().asked) expect(url).toBe(path);
    if (error) expect(error.code).toBe('invalid_request');
  });

  it.each(['a\r\nx-role: admin', '', 'ü', 'x'.repeat(256)])(
    'sends no key that is no header: %p',
    async (idempotencyKey) => {
      expect(await rejection(serviceOf().request({ ...write, idempotencyKey }))).toMatchObject({
        code: 'invalid_request',
      });
      expect(server().asked).toEqual([]);
    },
  );
});

it.each([301, 302, 303, 307, 308])('does not follow a redirect (%i): the token stays here', async (status) => {
  const other = await startChatServer();
  server().reply({ status, headers: { location: `${other.url}/steal` } });
  const service = serviceOf();
  expect(await rejection(service.getRecentMessages('c1', 1))).toMatchObject({ code: 'bad_answer', status });
  expect(await rejection(service.health())).toMatchObject({ code: 'bad_answer' });
  expect(other.asked).toEqual([]);
  await other.close();
});

it.each([200, 500])('gives up an answer without an end (%i)', async (status) => {
  let open = 0;
  server().reply((_request, response) => {
    open += 1;
    response.once('close', () => (open -= 1));
    response.writeHead(status, { 'content-type': 'application/json' });
    const piece = Buffer.alloc(1 << 20, ' ');
    const write = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', write);
    write();
  });
  expect(await rejection(serviceOf().getRecentMessages('c1', 1))).toMatchObject({ code: 'bad_answer' });
  expect(server().asked).toHaveLength(1);
  while (open > 0) await new Promise(setImmediate);
});
