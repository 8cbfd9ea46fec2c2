import { createLogger, createMetrics } from '@threadlog/service';
import { createRetention, type RetentionDeps } from '@threadlog/worker';
import type { givenStandalone } from './standalone';

const DAY_MS = 86_400_000;

/**
 * Retention as it will be in so many days, while all else goes on; caches let go at once. Stopped by what it returns.
 */
export function startRetention(
  api: ReturnType<typeof givenStandalone>,
  inDays: number,
  given: Partial<RetentionDeps> = {},
): () => Promise<void> {
  const runtime = api.runtime();
  const stopping = new AbortController();
  const ended = createRetention({
    ...runtime,
    router: api.router(),
    sealing: { ...runtime.sealing, letGoMs: 0 },
    destroyKeys: (tenant, targets, reason) => runtime.erasures.destroy(tenant, targets, reason),
    defaultDays: null,
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ defaults: false }),
    now: () => Date.now() + inDays * DAY_MS,
    everyMs: 20,
    pauseMs: 1,
    ...given,
  }).run(stopping.signal);
  return async () => {
    stopping.abort();
    await ended;
  };
}
