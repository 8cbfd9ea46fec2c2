import { setTimeout as delay } from 'node:timers/promises';
import type { TenantId } from '@threadlog/events';
import { createLimiter, type Logger } from '@threadlog/service';
import type { OpenRun } from './asks';
import { perform, RunAborted, type EndReason, type RunDeps } from './run';

/** Runs of an agent at once, and of one tenant's conversations; others wait. */
const MAX_RUNS = 32;
const MAX_RUNS_OF_TENANT = 8;
/** After a fault of ours, as a database that is away. */
const RETRY_MS = 1_000;

/** The runs of an agent that are under way: one in a thread, the newest. */
export interface Runs {
  /** One of the same thread that is older ends, and leaves no message. */
  start(run: OpenRun): void;
  /** Ends those of a conversation, sub-threads included, that were asked up to then, or by this message. */
  end(which: (run: OpenRun) => boolean, reason: EndReason): void;
  /** Resolves when all that were started have ended. */
  idle(): Promise<void>;
}

interface Running {
  run: OpenRun;
  stop: AbortController;
  done: Promise<void>;
}

export function createRuns(deps: Omit<RunDeps, 'inTurn'> & { logger: Logger }, ending: AbortSignal): Runs {
  const running = new Map<string, Running>();
  const limit = createLimiter(MAX_RUNS);
  const ofTenant = new Map<TenantId, ReturnType<typeof createLimiter>>();

  const inTurn: RunDeps['inTurn'] = (tenantId, task) => {
    const own = ofTenant.get(tenantId) ?? createLimiter(MAX_RUNS_OF_TENANT);
    ofTenant.set(tenantId, own);
    return own(() => limit(task));
  };

  async function carry(run: OpenRun, stop: AbortController, before: Promise<void> | undefined): Promise<void> {
    await before;
    const signal = AbortSignal.any([stop.signal, ending]);
    const isOver = async (): Promise<boolean> => {
      try {
        await perform({ ...deps, inTurn }, run, signal, ending);
        return true;
      } catch (err) {
        // Its row stays: where this process ends, the next start goes on with it.
        if (!ending.aborted)
          deps.logger.warn({ err, threadId: run.threadId }, 'a run of an agent failed, trying again');
        return false;
      }
    };
    while (!ending.aborted && !(await isOver()))
      await delay(RETRY_MS, undefined, { signal: ending }).catch(() => undefined);
  }

  return {
    start(run) {
      const name = `${run.tenantId}/${run.threadId}`;
      const before = running.get(name);
      if (before && before.run.triggerIndex >= run.triggerIndex) return;
      before?.stop.abort(new RunAborted('superseded'));
      const stop = new AbortController();
      const one: Running = { run, stop, done: carry(run, stop, before?.done) };
      running.set(name, one);
      void one.done.finally(() => running.get(name) === one && running.delete(name));
    },
    end(which, reason) {
      for (const { run, stop } of running.values()) if (which(run)) stop.abort(new RunAborted(reason));
    },
    async idle() {
      while (running.size > 0) await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}
