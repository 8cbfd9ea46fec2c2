import type { Actor, TokenVerifier } from '@threadlog/auth';
import type { CommandRequest, CommandResult } from '@threadlog/commands';
import type { ChatEvent } from '@threadlog/events';
import {
  createLogger,
  createMetrics,
  createRateLimits,
  type HttpServer,
  type RateLimits,
  type RateLimitsOptions,
} from '@threadlog/service';
import { eventually, testStack } from '@threadlog/testing';
import { createSignals, type Signals } from '@threadlog/runtime';
import { createRealtime, type RealtimeLimits } from '../index';
import { openBackend, type Backend, type Story } from './backend';
import { listenTo, testVerifier, type Listener, type ListenOptions } from './listener';

export interface ServiceOptions {
  log?: 'memory' | 'kafka';
  limits?: Partial<RealtimeLimits>;
  origins?: string[];
  rates?: RateLimitsOptions['rates'];
  /** Instead of those of `rates`: what something else counts against, too. */
  rateLimits?: RateLimits;
  /** Instead of the one that takes tokens of `testToken`. */
  verifier?: Pick<TokenVerifier, 'verify' | 'verifyCached'>;
  trustedProxies?: number;
  /** Clock of the signals, in milliseconds since 1970. */
  now?: () => number;
}

type Answer = (request: CommandRequest) => Promise<CommandResult>;

/** One realtime service on real sockets, with a real read model and a log of its own. Call it where a `describe` is set up. */
export function givenRealtime(options: ServiceOptions = {}) {
  const stack = testStack();
  const commands: CommandRequest[] = [];
  const listeners: Listener[] = [];
  let answer: Answer;
  let backend: Backend;
  let running: Running;
  const others: Running[] = [];

  const execute = (request: CommandRequest) => {
    commands.push(request);
    return answer(request);
  };
  const router = { execute };
  const start = async () => {
    running = await startService(backend, { ...options, router, port: running?.http.port ?? 0 });
  };
  /** Another instance on the same log, ended with the test file. */
  const another = async () => {
    others.push(await startService(backend, { ...options, router, port: 0 }));
    return others.at(-1)!;
  };
  const listen = (who: Actor | string, more?: ListenOptions & { url?: string | undefined }): Listener => {
    const { url = running.http.url, ...rest } = more ?? {};
    const listener = listenTo(url, who, rest);
    listeners.push(listener);
    return listener;
  };

  beforeAll(async () => {
    backend = await openBackend(stack, options.log ?? 'memory');
    await start();
  });
  afterAll(async () => {
    for (const { socket } of listeners) socket.disconnect();
    await Promise.all([running, ...others].map((instance) => instance.stop()));
    await backend.close();
  });
  beforeEach(() => {
    commands.length = 0;
    answer = () => Promise.reject(new Error('the test does not say what is answered'));
  });

  return {
    url: () => running.http.url,
    commands,
    start,
    another,
    signals: () => running.signals,
    /** What a metric says, all its labels together. */
    metric: (name: string) => running.metric(name),
    stop: () => running.stop(),
    tell: (story: Story): Promise<ChatEvent[]> => backend.tell(story),
    project: () => backend.project(),
    log: () => backend.log,
    sealing: () => backend.sealing,
    /** How commands are answered in this test. */
    answerWith: (next: Answer) => void (answer = next),
    listen,
    /** Connects and waits until the rooms are joined. */
    async ready(actor: Actor, more?: ListenOptions & { url?: string | undefined }): Promise<Listener> {
      const listener = listen(actor, more);
      await listener.wait('hello');
      return listener;
    },
  };
}

export interface Running {
  http: HttpServer;
  signals: Signals;
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

interface StartOptions extends ServiceOptions {
  router: { execute: Answer };
  port: number;
}

/** Resolves when sockets are let in. */
async function startService(
  backend: Backend,
  { router, port, limits, origins, now, rates, ...given }: StartOptions,
): Promise<Running> {
  const stop = new AbortController();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const stopSignals = new AbortController();
  const signals = createSignals({ openTopic: () => Promise.resolve(backend.signals), logger, now, sweepMs: 20 });
  const signalling = signals.run(stopSignals.signal);
  let http: HttpServer | undefined;
  const metrics = createMetrics({ defaults: false });
  const role = createRealtime({
    ...backend,
    signals,
    clock: { wallMs: now ?? Date.now },
    router,
    limits,
    rateLimits: given.rateLimits ?? createRateLimits({ rates: rates ?? {} }),
    verifier: given.verifier ?? testVerifier,
    info: { service: 'realtime', version: 'test' },
    logger,
    metrics,
    config: {
      REALTIME_HOST: '127.0.0.1',
      REALTIME_PORT: port,
      CORS_ORIGINS: origins ?? ['*'],
      BASE_PATH: '',
      TRUST_PROXY: given.trustedProxies ?? 0,
      ACCESS_LOG: 'off',
    },
    onListening: (listening) => (http = listening),
    drainMs: 50,
  });
  const run = role.run(stop.signal);
  const failed = run.then(() => Promise.reject(new Error('it ended')));
  failed.catch(() => undefined);
  await Promise.race([eventually(() => role.checks!.forEach(({ check }) => check())), failed]);
  return {
    http: http!,
    signals,
    async metric(name) {
      const { values } = await metrics.registry.getSingleMetric(name)!.get();
      return values.reduce((sum, { value }) => sum + value, 0);
    },
    async stop() {
      stop.abort();
      await run;
      stopSignals.abort();
      await signalling;
    },
  };
}
