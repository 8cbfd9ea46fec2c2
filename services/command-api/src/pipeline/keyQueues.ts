/** One try at a piece of work: done at once (null), or to be tried again after what it waits for. */
export type Attempt<TJob> = (job: TJob) => Promise<void> | null;

/**
 * Runs the jobs of each record key one after another. A job whose state is at hand is decided in the turn that submits
 * it; one that must wait for a load holds back those behind it, so that order of arrival is order of decision.
 * Waiting for acks is not part of an attempt: the next job decides on the events still in flight.
 */
export interface KeyQueues<TJob> {
  submit(key: string, job: TJob): void;
  /** Jobs of a key that wait, the one being loaded included. */
  waiting(key: string): number;
  /** Keys for which somebody waits; nothing is kept of the others. */
  size(): number;
}

export interface KeyQueuesHooks<TJob> {
  attempt: Attempt<TJob>;
  /** Hears of a job whose attempt or load failed; it is not tried again. */
  fail(job: TJob, error: unknown): void;
}

export function createKeyQueues<TJob>({ attempt, fail }: KeyQueuesHooks<TJob>): KeyQueues<TJob> {
  /** By key: those behind the one that is being loaded. */
  const behind = new Map<string, TJob[]>();

  async function drive(key: string, first: TJob, firstWait: Promise<void>): Promise<void> {
    const queue: TJob[] = [];
    behind.set(key, queue);
    let wait: Promise<void> | null = firstWait;
    for (let job: TJob | undefined = first; job !== undefined; job = queue.shift()) {
      try {
        wait ??= attempt(job);
        while (wait) {
          await wait;
          wait = attempt(job);
        }
      } catch (error) {
        wait = null;
        fail(job, error);
      }
    }
    behind.delete(key);
  }

  return {
    submit(key, job) {
      const queue = behind.get(key);
      if (queue) {
        queue.push(job);
        return;
      }
      try {
        const wait = attempt(job);
        if (wait) void drive(key, job, wait);
      } catch (error) {
        fail(job, error);
      }
    },
    waiting(key) {
      const queue = behind.get(key);
      return queue ? queue.length + 1 : 0;
    },
    size: () => behind.size,
  };
}
