import { RunAborted, stoppedBy, type EndReason } from '@threadlog/agents';
import { setTimeout as delay } from 'node:timers/promises';
import { composedName } from '@threadlog/events';
import type { Logger } from '@threadlog/service';
import type { OpenRun } from './asks';
import { perform, type RunDeps } from './run';

/** After a fault of ours, as a database that is away. */
const RETRY_MS = 1_000;

/** The runs of agents that are under way: of each one in a thread, the newest. */
export interface Runs {
  /** An older one of the agent in the thread ends, and leaves no message. */
  start(run: OpenRun): void;
  end(which: (run: OpenRun) => boolean, reason: EndReason): void;
  /** What it has said until now becomes its message. */
  stop(run: OpenRun): void;
  readonly size: number;
  /** Resolves when all that were started have ended. */
  idle(): Promise<void>;
}

interface Running {
  run: OpenRun;
  stop: AbortController;
  done: Promise<void>;
}

export function createRuns(deps: RunDeps & { logger: Logger }, ending: AbortSignal): Runs {
  const running = new Map<string, Running>();

  async function carry(run: OpenRun, stop: AbortController, before: Promise<void> | undefined): Promise<void> {
    await before;
    const signal = AbortSignal.any([stop.signal, ending]);
    const isOver = async (): Promise<boolean> => {
      try {
        await perform(deps, run, signal, ending);
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
    get size() {
      return running.size;
    },
    start(run) {
      const name = nameOf(run);
      const before = running.get(name);
      if (before && before.run.triggerIndex >= run.triggerIndex) return;
      before?.stop.abort(new RunAborted('superseded'));
      const stop = new AbortController();
      if (run.isStopped) stop.abort(stoppedBy(run.stoppedBy));
      const one: Running = { run, stop, done: carry(run, stop, before?.done) };
      running.set(name, one);
      void one.done.finally(() => running.get(name) === one && running.delete(name));
    },
    end(which, reason) {
      for (const { run, stop } of running.values()) if (which(run)) stop.abort(new RunAborted(reason));
    },
    stop(run) {
      const known = running.get(nameOf(run));
      if (known?.run.triggerIndex === run.triggerIndex) known.stop.abort(stoppedBy(run.stoppedBy));
    },
    async idle() {
      while (running.size > 0) await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

function nameOf({ tenantId, threadId, agentId }: OpenRun): string {
  return composedName(tenantId, threadId, agentId);
}
