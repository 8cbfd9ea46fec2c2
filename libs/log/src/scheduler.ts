/** How code that must also run in a deterministic simulation gets to a later turn. */
export interface Scheduler {
  /** Runs `step` in a later turn. */
  soon(step: () => void): void;
  /** Runs `step` after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, step: () => void): () => void;
}

export const systemScheduler: Scheduler = {
  soon: (step) => void setImmediate(step),
  after(ms, step) {
    const timer = setTimeout(step, ms);
    return () => clearTimeout(timer);
  },
};

/** A promise of the scheduler's next turn. */
export function nextTurn(scheduler: Scheduler): Promise<void> {
  return new Promise((resolve) => scheduler.soon(resolve));
}
