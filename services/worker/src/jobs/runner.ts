import { privacyStream, streamName, type JsonObject } from '@threadlog/events';
import { backOffMs, until, type Logger, type Service } from '@threadlog/service';
import { JobWaits, type JobHandler, type JobRequest } from './job';
import type { JobObserver } from './observe';
import type { JobStore, StoredJob } from './store';
import { createRun } from './run';

export interface JobRunnerOptions {
  store: JobStore;
  handlers: readonly JobHandler[];
  logger: Logger;
  observer: JobObserver;
  /** Milliseconds between two looks for open requests; default 1,000. */
  pollMs?: number;
  /** Jobs at a time, of different people; default 4. */
  concurrency?: number;
  /** Failures in a row after which a job is given up, where it may be; default 8, over about ten minutes. */
  maxAttempts?: number;
}

const BACK_OFF = { firstMs: 1_000, longestMs: 300_000 };

/**
 * Carries out open requests, oldest first, several at a time but one at a time per person. Requests are found in the
 * read model and notes are kept beside it, so nothing is in memory that a kill could lose.
 */
export function createJobRunner(options: JobRunnerOptions): Service {
  const { store, handlers, logger, observer, pollMs = 1_000, concurrency = 4, maxAttempts = 8 } = options;
  const byKind = new Map(handlers.map((handler) => [handler.kind, handler as JobHandler<JsonObject>]));
  const running = new Map<string, Promise<void>>();

  async function attempt(job: StoredJob, signal: AbortSignal): Promise<void> {
    const { request } = job;
    const run = createRun(job, store, signal);
    try {
      await byKind.get(request.kind)!.run(run);
      await run.settled();
      await store.finish(request);
      observer.finished(request);
    } catch (error) {
      await run.settled();
      if (signal.aborted) return;
      await setBack(job, error);
    }
  }

  async function setBack(job: StoredJob, error: unknown): Promise<void> {
    const { request } = job;
    if (error instanceof JobWaits) {
      observer.waits(request, error.blockedBy);
      return store.putOff(request, { blockedBy: error.blockedBy, retryMs: error.retryMs, attempts: 0 });
    }
    const attempts = job.attempts + 1;
    const { tenantId: tenant_id, requestId, kind } = request;
    logger.warn({ err: error, tenant_id, request: requestId, kind, attempts }, 'a privacy job failed, trying again');
    observer.failed(request);
    if (attempts >= maxAttempts && (await byKind.get(kind)!.giveUp(request, 'attempts_exhausted')))
      return store.finish(request);
    const retryMs = backOffMs(attempts - 1, BACK_OFF);
    return store.putOff(request, { blockedBy: 'retrying', retryMs, attempts });
  }

  function begin(job: StoredJob, signal: AbortSignal): void {
    const name = personOf(job.request);
    const { requestId, kind } = job.request;
    const ended = attempt(job, signal)
      .catch((error: unknown) => logger.warn({ err: error, request: requestId, kind }, 'a privacy job got no further'))
      .finally(() => running.delete(name));
    running.set(name, ended);
  }

  async function beginDue(signal: AbortSignal): Promise<void> {
    const free = concurrency - running.size;
    const due = free > 0 ? await store.due([...byKind.keys()], 2 * concurrency) : [];
    for (const job of due) {
      if (running.size < concurrency && !running.has(personOf(job.request))) begin(job, signal);
    }
  }

  return {
    name: 'privacy-jobs',
    async run(signal) {
      try {
        await until(signal, () => beginDue(signal), { everyMs: pollMs });
      } finally {
        await Promise.all(running.values());
      }
    },
  };
}

function personOf({ tenantId, subject }: JobRequest): string {
  return streamName(privacyStream(tenantId, subject));
}
