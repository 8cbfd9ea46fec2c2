import { createChatClient, createRestClient, type ChatClientOptions, type ClientAttempt } from '../index.ts';
import { problem, scriptedServer, type Reply, type Seen } from '../testing/scriptedServer.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function given(
  answer: (seen: Seen, n: number) => Reply | null | Promise<Reply | null>,
  options: Partial<ChatClientOptions> = {},
) {
  const server = await scriptedServer(answer);
  const retry = { baseMs: 1, maxMs: 2000 };
  const client = createChatClient({ url: `${server.url}/`, token: 'good', retry, ...options });
  closing.push(
    () => client.close(),
    () => server.close(),
  );
  return { client, seen: server.seen };
}

const page = { messages: [], threads: [], hasMore: false, nextCursor: null, prevCursor: null };
/** A token that ends then, by its own word. */
const tokenUntil = (seconds: number, name = '') => `e30.${btoa(JSON.stringify({ exp: seconds, name }))}.sig`;
const nowSeconds = () => Math.floor(Date.now() / 1000);

describe('a write', () => {
  it('is sent again with its key until it is answered', async () => {
    const failures = [
      null,
      { status: 502, body: '<h1>Bad gateway</h1>' },
      problem(503, 'outcome_unknown', true),
      problem(408, 'timeout', true),
    ];
    const { client, seen } = await given(
      (_, n) => failures[n - 1] ?? (n <= failures.length ? null : { status: 201, body: { id: 'm1' } }),
    );
    await expect(client.messages.send('t1', { content: 'Hi' })).resolves.toEqual({ id: 'm1' });
    expect(seen).toHaveLength(5);
    const keys = new Set(seen.map(({ headers }) => headers['idempotency-key']));
    expect([...keys]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    await client.messages.send('t1', { content: 'Hi' });
    expect(keys).not.toContain(seen.at(-1)!.headers['idempotency-key']);
  });

  it('takes the key of the caller', async () => {
    const { client, seen } = await given(() => ({ status: 204 }));
    await client.threads.delete('t1', { idempotencyKey: 'mine' });
    expect(seen[0]).toMatchObject({
      method: 'DELETE',
      path: '/api/v1/threads/t1',
      headers: { 'idempotency-key': 'mine' },
    });
  });

  it.each([400, 403, 404, 409, 422, 501])('is not sent again after %i', async (status) => {
    const { client, seen } = await given(() => ({ ...problem(status, 'refused'), headers: { 'x-request-id': 'r1' } }));
    await expect(client.messages.send('t1', { content: 'Hi' })).rejects.toMatchObject({
      name: 'ServerError',
      status,
      code: 'refused',
    });
    expect(seen).toHaveLength(1);
  });

  it('gives up after some attempts, with what the last one met', async () => {
    const { client, seen } = await given(() => problem(503, 'overloaded', true));
    await expect(client.messages.send('t1', { content: 'Hi' })).rejects.toMatchObject({
      code: 'overloaded',
      retryable: true,
    });
    expect(seen).toHaveLength(5);
  });
});

describe('how long it waits', () => {
  it('is what Retry-After says', async () => {
    const { client } = await given((_, n) =>
      n === 1
        ? { ...problem(429, 'rate_limited', true), headers: { 'retry-after': '1' } }
        : { status: 200, body: page },
    );
    const began = performance.now();
    await client.threads.list().page();
    expect(performance.now() - began).toBeGreaterThan(990);
  });

  it('is not an hour: then it is an error that says so', async () => {
    const { client, seen } = await given(() => ({
      ...problem(429, 'rate_limited', true),
      headers: { 'retry-after': '3600' },
    }));
    await expect(client.threads.list().page()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 3_600_000 });
    expect(seen).toHaveLength(1);
  });

  it('ends with the signal of the caller', async () => {
    const { client } = await given(() => problem(503, 'overloaded', true), {
      retry: { baseMs: 60_000, maxMs: 60_000 },
    });
    const stop = new AbortController();
    const asked = client.threads.get('t1', { signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await expect(asked).rejects.toMatchObject({ name: 'AbortedError', code: 'aborted' });
  });

  it('ends when no answer comes', async () => {
    const { client, seen } = await given(() => new Promise(() => undefined), {
      timeoutMs: 30,
      retry: { retries: 1, baseMs: 1 },
    });
    await expect(client.threads.get('t1')).rejects.toMatchObject({
      name: 'NetworkError',
      code: 'timeout',
      retryable: true,
    });
    expect(seen).toHaveLength(2);
  });
});

describe('what is not from this API', () => {
  it.each([200, 201])('is no answer, though it says %i', async (status) => {
    const { client, seen } = await given(() => ({ status, body: '<!doctype html><title>Sign in</title>' }));
    await expect(client.threads.get('t1')).rejects.toMatchObject({ name: 'NetworkError', code: 'bad_answer', status });
    expect(seen).toHaveLength(1);
  });

  it.each(['..', '.', '', '\ud800'])('is not asked for by the id %j', async (id) => {
    const { client, seen } = await given(() => ({ status: 204 }));
    expect(() => client.messages.delete('t1', id)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(seen).toEqual([]);
  });

  it('is told of half a surrogate pair in a text as of any other fault', async () => {
    const { client, seen } = await given(() => problem(400, 'invalid_request'));
    await expect(client.messages.send('t1', { content: 'a\ud800' })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(seen[0]!.body).toBe('{"content":"a\\ud800"}');
  });
});

describe('tokens', () => {
  it('are asked for once, however many requests wait for one', async () => {
    const getToken = jest.fn(async () => 'good');
    const { client, seen } = await given(() => ({ status: 200, body: page }), { token: undefined, getToken });
    await Promise.all(Array.from({ length: 10 }, () => client.threads.list().page()));
    expect(getToken).toHaveBeenCalledTimes(1);
    expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer good']));
  });

  it('are replaced in the middle of a write, which keeps its key', async () => {
    let name = 'old';
    const answer = ({ headers }: Seen) =>
      headers.authorization === 'Bearer new' ? { status: 201, body: { id: 'm1' } } : problem(401, 'unauthorized');
    const { client, seen } = await given(answer, { token: undefined, getToken: () => name });
    const sent = client.messages.send('t1', { content: 'Hi' });
    name = 'new';
    await expect(sent).resolves.toEqual({ id: 'm1' });
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it.each([
    ['the same one', () => 'bad'],
    ['another one each time', () => `bad${Math.random()}`],
  ])('that are refused again and again end in an error, where getToken gives %s', async (_, getToken) => {
    const { client, seen } = await given(() => problem(401, 'unauthorized'), { token: undefined, getToken });
    await expect(client.threads.get('t1')).rejects.toMatchObject({ name: 'AuthError', code: 'unauthorized' });
    expect(seen.length).toBeLessThanOrEqual(2);
  });

  it('are an error where getToken fails, and are asked for again by the next request', async () => {
    let works = false;
    const getToken = () => (works ? 'good' : Promise.reject(new Error('offline')));
    const { client } = await given(() => ({ status: 200, body: page }), { token: undefined, getToken });
    await expect(client.threads.list().page()).rejects.toMatchObject({ name: 'AuthError', retryable: true });
    works = true;
    await expect(client.threads.list().page()).resolves.toMatchObject({ items: [] });
  });

  it('are renewed before they end', async () => {
    const tokens = [tokenUntil(nowSeconds() + 10, 'short'), tokenUntil(nowSeconds() + 3600, 'long')];
    const getToken = jest.fn(() => (tokens.length > 1 ? tokens.shift()! : tokens[0]!));
    const { client } = await given(() => ({ status: 200, body: page }), {
      token: tokenUntil(nowSeconds() + 5),
      getToken,
    });
    for (let n = 0; n < 4; n++) await client.threads.list().page();
    expect(getToken.mock.calls.length).toBeLessThanOrEqual(2);
  });

  it('that have long ended by a wrong clock are used until the server refuses them', async () => {
    const getToken = jest.fn(() => tokenUntil(nowSeconds() - 86_400));
    const { client } = await given(() => ({ status: 200, body: page }), { token: undefined, getToken });
    for (let n = 0; n < 5; n++) await client.threads.list().page();
    expect(getToken).toHaveBeenCalledTimes(1);
  });
});

describe('consistency tokens', () => {
  const wrote = (token: string): Reply => ({
    status: 201,
    body: { id: 'm1' },
    headers: { 'x-consistency-token': token },
  });
  const carried = (seen: Seen[]) =>
    seen.filter(({ method }) => method === 'GET').map(({ headers }) => headers['x-consistency-token']);

  it('go along with reads of their thread, and with reads of no thread', async () => {
    const { client, seen } = await given(({ method, path }) =>
      method === 'POST' ? wrote(path.includes('t1') ? 'one' : 'two') : { status: 200, body: page },
    );
    await client.messages.list('t1').page();
    await client.messages.send('t1', { content: 'Hi' });
    await client.messages.send('t2', { content: 'Hi' });
    await client.messages.list('t1').page();
    await client.messages.list('t3').page();
    await client.threads.list().page();
    expect(carried(seen)).toEqual([undefined, 'one', undefined, 'two']);
  });

  it('of a log that is no more are forgotten', async () => {
    const stale = (seen: Seen) => seen.headers['x-consistency-token'] !== undefined;
    const detail = 'X-Consistency-Token is of another log.';
    const { client, seen } = await given((one) =>
      one.method === 'POST'
        ? wrote('old')
        : stale(one)
          ? problem(400, 'invalid_request', false, detail)
          : { status: 200, body: page },
    );
    await client.messages.send('t1', { content: 'Hi' });
    await client.messages.list('t1').page();
    await client.messages.list('t1').page();
    expect(carried(seen)).toEqual(['old', undefined, undefined]);
  });
});

describe('lists', () => {
  it('go on from page to page, and end where a server gives the same cursor again', async () => {
    const pages: Record<string, unknown> = {
      '': { messages: [{ id: 'a' }, { id: 'b' }], hasMore: true, nextCursor: 'c1', prevCursor: null },
      c1: { messages: [{ id: 'c' }], hasMore: true, nextCursor: 'c1', prevCursor: null },
    };
    const cursorOf = ({ path }: Seen) => new URL(path, 'http://x').searchParams.get('before') ?? '';
    const { client } = await given((seen) => ({ status: 200, body: pages[cursorOf(seen)] }));
    const ids: string[] = [];
    for await (const { id } of client.messages.list('t1', { limit: 2 })) ids.push(id);
    expect(ids).toEqual(['a', 'b', 'c']);
  });
});

describe('metrics', () => {
  it('tell of each attempt, with nothing that names anybody', async () => {
    const told: ClientAttempt[] = [];
    const attempt = (metric: ClientAttempt) => {
      told.push(metric);
      throw new Error('a hook that fails');
    };
    const { client } = await given(
      ({ path }, n) =>
        n === 1 ? problem(503, 'overloaded', true) : path.includes('search') ? null : { status: 200, body: page },
      { metrics: { attempt }, retry: { baseMs: 1, maxMs: 2, retries: 1 } },
    );
    await client.messages.list('thread-of-ann').page();
    await expect(client.search.query('the words').page()).rejects.toMatchObject({ code: 'network' });
    await client.privacy.request('request-of-ann').catch(() => undefined);
    const fields = told.map(({ durationMs, ...rest }) => ({ ...rest, took: durationMs > 0 }));
    expect(fields.slice(0, 4)).toEqual([
      { method: 'GET', resource: 'threads/messages', attempt: 1, status: 503, code: 'overloaded', took: true },
      { method: 'GET', resource: 'threads/messages', attempt: 2, status: 200, code: null, took: true },
      { method: 'GET', resource: 'search', attempt: 1, status: 0, code: 'network', took: true },
      { method: 'GET', resource: 'search', attempt: 2, status: 0, code: 'network', took: true },
    ]);
    expect(JSON.stringify(told)).not.toMatch(/ann|words/);
  });
});

describe('an answer', () => {
  const endless = (length: string | null) =>
    (() => {
      let parts = 0;
      let gone = false;
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => void controller.enqueue(new Uint8Array(1 << 20).fill(32 + (parts++ % 2))),
        cancel: () => void (gone = true),
      });
      const headers = length === null ? {} : { 'content-length': length };
      return { answer: new Response(body, { headers }), read: () => parts, gone: () => gone };
    })();
  it.each([
    ['that has no end', null, 40],
    ['that says how long it is', '1000000000000', 3],
  ])('%s is given up', async (_, length, most) => {
    const { answer, read, gone } = endless(length);
    const { client } = await given(() => null, { fetch: () => Promise.resolve(answer) });
    await expect(client.threads.get('t1')).rejects.toMatchObject({ name: 'NetworkError', code: 'bad_answer' });
    expect(read()).toBeLessThan(most);
    expect(gone()).toBe(true);
  });

  it.each([302, 307])('that leads elsewhere (%i) is not followed, nor asked for again', async (status) => {
    const { client, seen } = await given(() => ({ status, headers: { location: '/other' } }));
    await expect(client.threads.get('t1')).rejects.toMatchObject({ code: 'bad_answer', status });
    expect(seen).toHaveLength(1);
  });
});

it('is all that a client of routes alone does, until it is closed', async () => {
  const server = await scriptedServer(({ method }) => (method === 'GET' ? { status: 200, body: page } : null));
  closing.push(() => server.close());
  const client = createRestClient({ url: server.url, token: 'old', retry: { baseMs: 60_000, maxMs: 60_000 } });
  expect(client).not.toHaveProperty('thread');
  client.setToken('new');
  await client.threads.list().page();
  expect(server.seen[0]!.headers.authorization).toBe('Bearer new');
  const waiting = client.threads.create({ title: 'cut' });
  waiting.catch(() => undefined);
  client.close();
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
});
