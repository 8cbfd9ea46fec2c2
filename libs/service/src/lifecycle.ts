import type { Logger } from './logger';

/** A long-running part of a process. `run` resolves after `signal` aborts and everything it started has ended. */
export interface Service {
  name: string;
  run(signal: AbortSignal): Promise<void>;
}

export interface RunOptions {
  /** Aborting it stops all services in order. */
  signal: AbortSignal;
  logger: Logger;
  /** Milliseconds that stopping may take in all; default 25,000, below the 30 s that orchestrators grant. */
  stopTimeoutMs?: number;
}

/** Services that had not ended when the time to stop was over. */
export class StopTimeoutError extends Error {
  override readonly name = 'StopTimeoutError';
  constructor(readonly services: readonly string[]) {
    super(`did not stop in time: ${services.join(', ')}`);
  }
}

interface Running {
  name: string;
  stop: AbortController;
  /** Settles with the service; never rejects. */
  ended: Promise<void>;
  done: boolean;
}

/**
 * Starts services in the order given and stops them in the reverse order, each after the one before it has ended: put
 * what others stand on first, and what lets requests in last. Resolves when all have ended after `signal`. One that
 * fails, or ends without being told to, stops all others; its cause is what this rejects with.
 */
export async function runServices(services: readonly Service[], options: RunOptions): Promise<void> {
  const { signal, logger, stopTimeoutMs = 25_000 } = options;
  let failure: { cause: unknown } | undefined;
  const over = Promise.withResolvers<void>();
  const fail = (name: string, cause: unknown): void => {
    logger.error({ err: cause, part: name }, 'a part of the process failed');
    failure ??= { cause };
    over.resolve();
  };
  if (signal.aborted) over.resolve();
  signal.addEventListener('abort', () => over.resolve(), { once: true });

  const running = services.map((service) => start(service, fail));
  await over.promise;
  logger.info({ parts: running.length }, failure ? 'stopping after a failure' : 'stopping');
  const late = await stopAll(running.toReversed(), stopTimeoutMs);
  if (late.length > 0) fail(late.join(', '), new StopTimeoutError(late));
  if (failure) throw failure.cause;
  logger.info('stopped');
}

function start(service: Service, fail: (name: string, cause: unknown) => void): Running {
  const stop = new AbortController();
  const running: Running = { name: service.name, stop, done: false, ended: Promise.resolve() };
  // A service that throws before its first await is a failure like any other.
  running.ended = (async () => service.run(stop.signal))()
    .then(() => {
      if (!stop.signal.aborted) throw new Error(`${service.name} ended without being told to`);
    })
    .catch((cause: unknown) => fail(service.name, cause))
    .finally(() => (running.done = true));
  return running;
}

/** Stops one after the other; when the time is over all that are left are told at once and given up. */
async function stopAll(running: readonly Running[], timeoutMs: number): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  for (const { stop, ended } of running) {
    stop.abort();
    if ((await Promise.race([ended, timeUp])) === 'late') break;
  }
  clearTimeout(timer);
  running.forEach(({ stop }) => stop.abort());
  return running.filter(({ done }) => !done).map(({ name }) => name);
}
