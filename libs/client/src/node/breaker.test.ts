import { inspect } from 'node:util';
import { AuthError, CircuitOpenError, createChatService } from './index.ts';
import { PAGE, type Reply } from './testing/chatServer.ts';
import { givenChatServer, rejection, TOKEN } from './testing/given.ts';

const { server, seen, serviceOf } = givenChatServer();

describe('CircuitBreaker: States', () => {
  const noRetries = { maxRetries: 0 };
  /** Only the clock is ours: sockets and timers are real. */
  const later = (ms: number): void => void jest.setSystemTime(Date.now() + ms);
  beforeEach(() => {
    const real = [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
    ];
    jest.useFakeTimers({ doNotFake: [...real, 'clearInterval', 'setTimeout', 'clearTimeout'] as never[] });
  });
  afterEach(() => void jest.useRealTimers());

  const failing = async (service: ReturnType<typeof serviceOf>, times: number): Promise<void> => {
    server().reply(500);
    for (let n = 0; n < times; n += 1) await rejection(service.getRecentMessages('c1', 1));
  };

  it('is closed, open after five failures in a row, half-open after 30 s, and closed by a success', async () => {
    const service = serviceOf(noRetries);
    expect(service.getCircuitBreakerState()).toBe('closed');
    await failing(service, 4);
    expect(service.getCircuitBreakerState()).toBe('closed');
    await failing(service, 1);
    expect(service.getCircuitBreakerState()).toBe('open');

    server().reply(200);
    const refused = await rejection(service.getRecentMessages('c1', 1));
    expect(refused).toBeInstanceOf(CircuitOpenError);
    expect(refused).toMatchObject({ code: 'circuit_open', retryable: true });
    expect(server().asked).toHaveLength(5);
    later(29_000);
    await rejection(service.getRecentMessages('c1', 1));
    expect(server().asked).toHaveLength(5);

    later(1_100);
    const states: string[] = [];
    server().reply((_request, response) => {
      states.push(service.getCircuitBreakerState());
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(PAGE));
    });
    expect(await service.getRecentMessages('c1', 1)).toEqual(PAGE);
    expect([...states, service.getCircuitBreakerState()]).toEqual(['half-open', 'closed']);
    expect(seen().changes).toEqual(['closed > open', 'open > half-open', 'half-open > closed']);
    expect(seen().lines.filter(({ message }) => message === 'circuit breaker changed')).toHaveLength(3);
  });

  it('opens again where the trial fails, and lets one trial through at a time', async () => {
    const service = serviceOf({ ...noRetries, circuitBreakerTimeoutMs: 1_000 });
    await failing(service, 5);
    later(1_100);
    const many = await Promise.all(Array.from({ length: 10 }, () => rejection(service.getRecentMessages('c1', 1))));
    expect(server().asked).toHaveLength(6);
    expect(many.filter(({ code }) => code === 'circuit_open')).toHaveLength(9);
    expect(seen().changes).toEqual(['closed > open', 'open > half-open', 'half-open > open']);
  });

  it('is not closed by a trial that its caller gave up', async () => {
    const service = serviceOf({ ...noRetries, circuitBreakerTimeoutMs: 1_000 });
    await failing(service, 5);
    later(1_100);
    const stop = new AbortController();
    server().reply(() => stop.abort());
    await rejection(service.getRecentMessages('c1', 1, { signal: stop.signal }));
    while (service.getCircuitBreakerState() === 'half-open') await new Promise(setImmediate);
    expect(service.getCircuitBreakerState()).toBe('open');
  });

  it('counts failures in a row, and only of a service that is not well', async () => {
    const service = serviceOf(noRetries);
    await failing(service, 4);
    server().reply(200);
    await service.getRecentMessages('c1', 1);
    await failing(service, 4);
    for (const status of [400, 401, 403, 404, 429]) {
      server().reply(status);
      await rejection(service.getRecentMessages('c1', 1));
    }
    for (let n = 0; n < 6; n += 1) await rejection(service.getRecentMessages('c1', 1, { signal: AbortSignal.abort() }));
    expect(service.getCircuitBreakerState()).toBe('closed');
  });

  it('stays closed where it is switched off', async () => {
    const service = serviceOf({ ...noRetries, circuitBreakerEnabled: false });
    await failing(service, 20);
    expect([service.getCircuitBreakerState(), server().asked.length, seen().changes]).toEqual(['closed', 20, []]);
  });
});

describe('Client: GetRecentMessages WithCircuitBreaker', () => {
  it('counts each attempt: the second call finds the breaker open, and asks no more', async () => {
    server().reply(503);
    const service = serviceOf();
    expect(await rejection(service.getRecentMessages('c1', 1))).toMatchObject({ status: 503 });
    expect(await rejection(service.getRecentMessages('c1', 1))).toMatchObject({ code: 'circuit_open' });
    expect(server().asked).toHaveLength(5);
    expect(service.getCircuitBreakerState()).toBe('open');
  });
});

describe('Client: Health', () => {
  it('says what the service says of itself, and is not told the token', async () => {
    server().reply({ status: 200, body: { status: 'ok' } });
    expect(await serviceOf().health()).toEqual({ status: 'ok' });
    expect(server().asked).toMatchObject([{ method: 'GET', url: '/health' }]);
    expect(server().asked[0]!.headers.authorization).toBeUndefined();
  });

  it.each([
    [503, 'status_503'],
    ['drop', 'network'],
    ['hang', 'timeout'],
  ] as [Reply, string][])('rejects at once, without retries and whatever the breaker says: %p', async (reply, code) => {
    server().reply(500);
    const service = serviceOf({ timeoutMs: reply === 'hang' ? 100 : 10_000 });
    for (let n = 0; n < 2; n += 1) await rejection(service.getRecentMessages('c1', 1));
    const before = server().asked.length;
    server().reply(reply);
    expect(await rejection(service.health())).toMatchObject({ code });
    expect(server().asked).toHaveLength(before + 1);
    expect(service.getCircuitBreakerState()).toBe('open');
  });
});

describe('token', () => {
  it('is the newest one from the next attempt on, of a call under way too', async () => {
    const service = serviceOf();
    server().reply((_request, response) => {
      service.updateToken('newer.do-not-tell.token');
      server().reply(200);
      response.writeHead(503).end();
    });
    await service.getRecentMessages('c1', 1);
    expect(server().asked.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${TOKEN}`,
      'Bearer newer.do-not-tell.token',
    ]);
  });

  it.each(['', 'a b', 'a\r\nx: do-not-tell', 'ü', undefined, 7, 'x'.repeat(20_000)])('is never %p', async (token) => {
    const service = serviceOf();
    const told = [() => service.updateToken(token as string), () => serviceOf({ token: token as string })];
    for (const wrong of told) {
      expect(wrong).toThrow(TypeError);
      expect(wrong).not.toThrow('do-not-tell');
    }
    await service.getRecentMessages('c1', 1);
    expect(server().asked[0]!.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('that is refused is told as such, once', async () => {
    server().reply(401);
    expect(await rejection(serviceOf().getRecentMessages('c1', 1))).toBeInstanceOf(AuthError);
    expect(server().asked).toHaveLength(1);
  });

  it('stands in no error and no service, whatever goes wrong', async () => {
    const service = serviceOf({ timeoutMs: 100, circuitBreakerEnabled: false, maxRetries: 1 });
    for (const reply of [500, 401, 'drop', 'hang', 307, { status: 200, body: 'x' }] as Reply[]) {
      server().reply(reply);
      const error = await rejection(service.getRecentMessages('c1', 1));
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('do-not-tell');
    }
    expect(inspect(service, { depth: 10, showHidden: true })).not.toContain('do-not-tell');
  });
});

it('is not broken by who watches it', async () => {
  const broken = (): never => {
    throw new Error('do-not-tell');
  };
  const service = createChatService({
    ...{ token: TOKEN, url: server().url, maxRetries: 1, retryDelayMs: 1, circuitBreakerMaxFails: 1 },
    logger: { debug: broken, info: broken, warn: broken, error: broken },
    metrics: { attempt: broken, call: broken, breaker: broken },
    onCircuitBreakerChange: broken,
  });
  expect(await service.getRecentMessages('c1', 1)).toEqual(PAGE);
  server().reply(500);
  expect(await rejection(service.getRecentMessages('c1', 1))).toMatchObject({ code: 'circuit_open' });
});
