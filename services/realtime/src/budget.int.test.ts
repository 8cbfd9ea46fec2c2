import { createTokenVerifier } from '@threadlog/auth';
import { createRateLimits } from '@threadlog/service';
import { eventually, GARBAGE_TOKENS, testActor, testToken, threadStory } from '@threadlog/testing';
import { givenRealtime } from './testing/service';

const ada = testActor('ada');
const ben = testActor('ben');
type Answer = { code?: string; retryAfter?: number };

const refusal = (socket: { once(name: 'connect_error', done: (error: Error) => void): unknown }) =>
  new Promise<string>((resolve) => socket.once('connect_error', ({ message }) => resolve(message)));

describe('garbage instead of a token', () => {
  const counted: string[] = [];
  const rateLimits = createRateLimits({
    rates: { ip: { points: 10_000, seconds: 60 } },
    onConsume: (limit, key) => counted.push(`${limit} ${key}`),
  });
  const key = { kind: 'secret' as const, secret: () => 'a shared secret of thirty-two bytes or more' };
  const issuers = [{ issuer: null, audience: null, key, algorithm: null, tenants: '*' as const }];
  const real = createTokenVerifier({ issuers, defaultTenant: null, defaultRole: 'user', clockToleranceSeconds: 5 });
  const server = givenRealtime({ rateLimits, verifier: real });

  test('is refused as unauthorized, and counts for the address', async () => {
    const tokens = [...GARBAGE_TOKENS.map(([, token]) => token), 'x'.repeat(200_000), '\ud83d'];
    for (const token of tokens) {
      const { socket } = server.listen(token);
      expect([token.slice(0, 80), await refusal(socket)]).toEqual([token.slice(0, 80), 'unauthorized']);
      socket.disconnect();
    }
    expect(counted).toEqual(tokens.map(() => 'ip 127.0.0.1'));
  });
});

describe('a socket that refreshes with garbage', () => {
  const server = givenRealtime({ rates: { ip: { points: 2, seconds: 60 } } });

  test('is refused each time, and its address has no more guesses than others', async () => {
    const { socket } = await server.ready(ada);
    const refresh = () => socket.emitWithAck('auth:refresh', { token: 'nonsense' }) as Promise<Answer>;
    const codes = [await refresh(), await refresh(), await refresh()].map(({ code }) => code);
    expect(codes).toEqual(['unauthorized', 'unauthorized', 'rate_limited']);
    expect(await socket.emitWithAck('auth:refresh', { token: testToken(ada) })).toEqual({ expiresAt: null });
    expect(await socket.emitWithAck('auth:refresh', { token: testToken(ben) })).toMatchObject({ code: 'forbidden' });
  });
});

describe('the budget of an actor', () => {
  const rateLimits = createRateLimits({ rates: { actor: { points: 12, seconds: 600 } } });
  const server = givenRealtime({ rateLimits });

  test('is one, over HTTP and all its sockets', async () => {
    server.answerWith(async () => ({ ok: true, status: 201, resource: {}, position: null, replayed: false }));
    const sockets = await Promise.all(Array.from({ length: 4 }, () => server.ready(ada)));
    // What a route counts: the same limits serve both in a process.
    for (let n = 0; n < 3; n++) await rateLimits.consume('actor', 'acme/ada');
    const send = ({ socket }: (typeof sockets)[number]) =>
      socket.emitWithAck('message:send', { conversationId: 'c1', content: 'hi' }) as Promise<Answer>;
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => send(sockets[n % 4]!)));
    expect(all.filter(({ code }) => code === undefined)).toHaveLength(12 - 4 - 3);
    expect(new Set(all.map(({ code }) => code))).toEqual(new Set([undefined, 'rate_limited']));
    expect(server.commands).toHaveLength(12 - 4 - 3);
    expect((await rateLimits.consume('actor', 'acme/ada'))!.exceeded).toBe(true);
    expect(await refusal(server.listen(ada).socket)).toBe('rate_limited');
    // Whoever else there is notices nothing.
    const other = await server.ready(ben);
    expect(await send(other)).toEqual({});
  });

  test('is not spent by signs that somebody is there, which have bounds of their own', async () => {
    const cyd = testActor('cyd');
    const { socket } = await server.ready(cyd);
    for (let n = 0; n < 15; n++) await socket.emitWithAck('presence:ping', {});
    for (let n = 0; n < 15; n++) await socket.emitWithAck('typing:stop', { conversationId: 'c1' });
    expect((await rateLimits.consume('actor', 'acme/cyd'))!.remaining).toBe(12 - 2);
    for (let n = 0; n < 10; n++) await socket.emitWithAck('no:such', {});
    expect(await socket.emitWithAck('conversation:leave', { conversationId: 'c1' })).toMatchObject({
      code: 'rate_limited',
    });
  });
});

describe('sockets of one user', () => {
  const server = givenRealtime({ limits: { socketsPerUser: 3, typingPerSecond: 1, typingBurst: 4 } });

  test('are bounded, however many ask at once, and a place is free again when one ends', async () => {
    const many = Array.from({ length: 12 }, () => server.listen(ada));
    const refused = many.map(({ socket }) => Promise.race([refusal(socket), new Promise<string>(() => undefined)]));
    await eventually(() => expect(many.filter(({ frames }) => frames.length > 0)).toHaveLength(3));
    expect(await Promise.any(refused)).toBe('rate_limited');
    await eventually(() => expect(many.filter(({ socket }) => socket.active)).toHaveLength(3));
    await server.ready(ben);
    const [first] = many.filter(({ socket }) => socket.connected);
    first!.socket.disconnect();
    await eventually(async () => {
      const { socket, frames } = server.listen(ada);
      await eventually(() => frames.length > 0 || !socket.active);
      expect(frames.length).toBeGreaterThan(0);
    });
  });

  test('share what signs of typing the user has', async () => {
    const story = threadStory({ threadId: 't1', owner: 'cyd' });
    await server.tell(story);
    await server.project();
    const sockets = await Promise.all([1, 2].map(() => server.ready(testActor('cyd'))));
    const say = (n: number) =>
      sockets[n % 2]!.socket.emitWithAck('typing:start', { conversationId: 't1' }) as Promise<Answer>;
    const codes = (await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(say))).map(({ code }) => code ?? 'ok');
    expect(codes.filter((code) => code === 'ok').length).toBeLessThanOrEqual(5);
    expect(codes).toContain('rate_limited');
  });
});

describe('engine connections of one address', () => {
  const server = givenRealtime({ limits: { unauthenticatedPerAddress: 3 }, trustedProxies: 1 });
  const open = (address = '203.0.113.1', query = '') =>
    fetch(`${server.url()}/socket.io/?EIO=4&transport=polling${query}`, { headers: { 'x-forwarded-for': address } });
  const sidOf = async (response: Response) => (JSON.parse((await response.text()).slice(1)) as { sid: string }).sid;

  test('that have not said who they are are bounded, and take nobody else’s places', async () => {
    const opened = await Promise.all(Array.from({ length: 12 }, (_, n) => open(`203.0.113.1:${5000 + n}`)));
    const accepted = opened.filter(({ status }) => status === 200);
    const alive = [];
    for (const response of accepted) {
      const sid = await sidOf(response);
      const said = await fetch(`${server.url()}/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
        method: 'POST',
        body: '3',
      });
      if (said.status === 200) alive.push(sid);
    }
    expect(alive).toHaveLength(3);
    expect((await open()).status).toBe(403);
    expect((await open('203.0.113.2')).status).toBe(200);

    // One that proves who it is makes room.
    await fetch(`${server.url()}/socket.io/?EIO=4&transport=polling&sid=${alive[0]}`, {
      method: 'POST',
      body: `40${JSON.stringify({ token: testToken(ada) })}`,
    });
    await eventually(async () => expect((await open()).status).toBe(200));
  });

  test('end with their socket: nobody stays without one', async () => {
    const sid = await sidOf(await open('203.0.113.3'));
    const url = `${server.url()}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    await fetch(url, { method: 'POST', body: `40${JSON.stringify({ token: testToken(ada) })}` });
    await eventually(async () => expect(await (await fetch(url)).text()).toContain('hello'));
    await fetch(url, { method: 'POST', body: '41' });
    await eventually(async () => expect((await fetch(url, { method: 'POST', body: '3' })).status).toBe(400));
  });
});

describe('what the engine refuses', () => {
  const counted: string[] = [];
  const rateLimits = createRateLimits({
    rates: { ip: { points: 100, seconds: 60 } },
    onConsume: (limit, key) => counted.push(`${limit} ${key}`),
  });
  const server = givenRealtime({ rateLimits, trustedProxies: 1 });

  test.each(['?EIO=4&transport=carrier-pigeon', '?EIO=4&transport=polling&sid=made-up', '?EIO=1&transport=polling'])(
    'counts for the address: %s',
    async (query) => {
      counted.length = 0;
      const headers = { 'x-forwarded-for': '"[2001:db8::7]:4711"' };
      expect((await fetch(`${server.url()}/socket.io/${query}`, { headers })).status).toBe(400);
      await eventually(() => expect(counted).toEqual(['ip 2001:db8:0:0::/64']));
    },
  );
});
