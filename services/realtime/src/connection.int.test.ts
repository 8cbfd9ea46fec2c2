import { eventually, testActor, testToken, threadStory } from '@threadlog/testing';
import { givenRealtime } from './testing/service';

const ada = testActor('ada');
const ben = testActor('ben');
const refusal = (socket: { once(name: 'connect_error', done: (error: Error) => void): unknown }) =>
  new Promise<string>((resolve) => socket.once('connect_error', ({ message }) => resolve(message)));

describe('a handshake', () => {
  const server = givenRealtime({ origins: ['https://app.example.com'], limits: { connections: 40 } });

  test.each([
    ['no token', '', 'unauthorized'],
    ['a bad token', 'nonsense', 'unauthorized'],
  ])('with %s is refused', async (_what, token, message) => {
    expect(await refusal(server.listen(token).socket)).toBe(message);
  });

  test('of an auditor is refused: it reads logs, not messages', async () => {
    expect(await refusal(server.listen(testActor('aud', { role: 'auditor' })).socket)).toBe('forbidden');
  });

  test('with a resume map that is none is refused', async () => {
    const { socket } = server.listen(ada, { resume: { t1: -1 } });
    expect(await refusal(socket)).toBe('invalid_request');
  });

  test('from a page of another origin is refused, from ours it is not', async () => {
    const from = (origin: string) => server.listen(ada, { extraHeaders: { origin } });
    expect(await refusal(from('https://evil.example.com').socket)).toBe('websocket error');
    await from('https://app.example.com').wait('hello');
  });

  test('takes the token from the Authorization header, too', async () => {
    const listener = server.listen('', { extraHeaders: { authorization: `Bearer ${testToken(ada)}` } });
    expect(await listener.wait('hello')).toMatchObject([{ userId: 'ada', tenantId: 'acme' }]);
  });

  test('works over polling, and is upgraded from it', async () => {
    const polling = await server.ready(ada, { transports: ['polling'] });
    expect(polling.socket.io.engine.transport.name).toBe('polling');
    const upgrading = await server.ready(ada, { transports: ['polling', 'websocket'] });
    await eventually(() => expect(upgrading.socket.io.engine.transport.name).toBe('websocket'));
  });

  test('that never comes is not waited for', async () => {
    const listener = server.listen('', { autoConnect: false });
    listener.socket.io.on('open', () => undefined);
    listener.socket.io.open();
    await eventually(() => expect(listener.socket.io.engine?.readyState).toBe('closed'), { timeoutMs: 8_000 });
  }, 15_000);

  test('makes one socket of a connection, however many packets ask for one at once', async () => {
    const url = `${server.url()}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
    const connect = `40${JSON.stringify({ token: testToken(ada) })}`;
    const body = [connect, connect, connect].join('\x1e');
    await fetch(`${url}&sid=${sid}`, { method: 'POST', body });
    const answer = await (await fetch(`${url}&sid=${sid}`)).text();
    expect(answer.split('\x1e').filter((packet) => packet.startsWith('40'))).toEqual([]);
  });

  test('is told of what a client must know', async () => {
    const before = Date.now();
    const [hello] = await (await server.ready(ben)).wait('hello');
    expect(hello).toMatchObject({
      userId: 'ben',
      tenantId: 'acme',
      heartbeatMs: 25_000,
      limits: { frameBytes: 262_144 },
    });
    expect(Date.parse(hello!.serverTime)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(hello!.serverTime)).toBeLessThanOrEqual(Date.now());
  });

  test('beyond the limit of connections is refused, and tried again by the client', async () => {
    const many = Array.from({ length: 45 }, () => server.listen(ada));
    const greeted = () => many.filter(({ frames }) => frames.length > 0).length;
    await eventually(() => expect(greeted()).toBeGreaterThan(20));
    await eventually(() => expect(many.some(({ socket }) => socket.active && !socket.connected)).toBe(true));
    expect(greeted()).toBeLessThan(45);
    for (const { socket } of many.slice(0, 40)) socket.disconnect();
    await eventually(() => expect(many.slice(40).every(({ socket }) => socket.connected)).toBe(true), {
      timeoutMs: 15_000,
    });
  }, 30_000);

  test('health is answered on the same port', async () => {
    for (const path of ['/livez', '/readyz', '/health', '/']) {
      expect(await fetch(`${server.url()}${path}`)).toMatchObject({ status: 200 });
    }
  });
});

describe('handshakes', () => {
  const server = givenRealtime({ rates: { ip: { points: 2, seconds: 60 }, actor: { points: 3, seconds: 60 } } });

  test('without a valid token count for their address, those with one for their user', async () => {
    const bad = () => refusal(server.listen('nonsense').socket);
    expect([await bad(), await bad(), await bad()]).toEqual(['unauthorized', 'unauthorized', 'rate_limited']);
    for (let n = 0; n < 3; n++) await server.ready(ada);
    expect(await refusal(server.listen(ada).socket)).toBe('rate_limited');
    await server.ready(ben);
  });
});

describe('the end of a connection', () => {
  const server = givenRealtime();

  test('comes with the token’s, said and repaired by the client itself', async () => {
    const token = { ...ada, expiresAt: Math.floor(Date.now() / 1000) + 4 };
    const listener = await server.ready(token);
    expect(await listener.wait('error')).toEqual([{ code: 'UNAUTHORIZED', message: 'The token has expired.' }]);
    await eventually(() => expect(listener.socket.connected).toBe(false));
    expect(listener.socket.active).toBe(true);
  });

  test('comes when the server drains; clients come back by themselves and resume', async () => {
    const story = threadStory({ threadId: 'd1', owner: 'ada' });
    await server.tell(story);
    await server.project();
    const listener = server.listen(ada, { reconnectionDelay: 50, resume: {} });
    listener.socket.auth = (give: (auth: object) => void) => give({ token: testToken(ada), resume: { d1: 1 } });
    await listener.wait('hello');
    const reason = new Promise((resolve) => listener.socket.once('disconnect', resolve));
    await server.stop();
    expect(await reason).toBe('transport close');
    story.post('ada', 'while away');
    await server.tell(story);
    await server.start();
    await listener.wait('hello', 2);
    expect(await listener.wait('message:new')).toMatchObject([{ content: 'while away', seq: 2 }]);
    await eventually(() => expect(listener.of('resumed').at(-1)).toMatchObject({ seq: 2 }));
  });
});

describe('a socket that reads too slowly', () => {
  const server = givenRealtime({ limits: { softBufferBytes: 256 * 1024, hardBufferBytes: 64 * 1024 * 1024 } });

  test('leaves its rooms, costs nothing more, and is told resync when it has caught up', async () => {
    const story = threadStory({ threadId: 's1', owner: 'ada', members: ['ben'] });
    await server.tell(story);
    const [slow, fast] = await Promise.all([server.ready(ada), server.ready(ben)]);
    const raw = (slow.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws;
    raw.pause();
    const text = 'x'.repeat(30_000);
    // Together more than what the system itself keeps for a socket.
    const MANY = 400;
    // Eight at a time stay below the limit, so that whoever reads is never late.
    for (let told = 8; told <= MANY; told += 8) {
      for (let n = 0; n < 8; n++) story.post('ada', text);
      await server.tell(story);
      await fast.wait('message:new', told);
    }
    await eventually(async () => expect(await server.metric('realtime_slow_sockets_total')).toBe(1));
    story.post('ada', 'the last');
    await server.tell(story);
    await fast.wait('message:new', MANY + 1);
    raw.resume();
    expect(await slow.wait('resync')).toMatchObject([{ threadId: 's1' }]);
    expect(slow.of('message:new').length).toBeLessThan(MANY + 1);
    story.post('ada', 'after');
    await server.tell(story);
    await eventually(() => expect(slow.of('message:new').at(-1)).toMatchObject({ content: 'after' }));
  }, 60_000);
});
