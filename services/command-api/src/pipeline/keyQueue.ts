/** One piece of work: done at once (null), or after what it waits for, when it is tried again. */
export type Attempt<TJob> = (job: TJob) => Promise<void> | null;

/**
 * Runs the jobs of one record key one after another. A job whose state is at hand is decided in the turn that submits
 * it; one that must wait for a load holds back those behind it, so that order of arrival is order of decision.
 * Waiting for acks is not part of a turn: the next job decides on the events still in flight.
 */
export interface KeyQueue<TJob> {
  submit(job: TJob): void;
  /** Jobs that wait, the one being loaded included. */
  waiting(): number;
}

export interface KeyQueueHooks<TJob> {
  attempt: Attempt<TJob>;
  /** Hears of a job whose attempt or load failed; it is not tried again. */
  fail(job: TJob, error: unknown): void;
  /** The last job that waited is done. */
  idle(): void;
}

export function createKeyQueue<TJob>({ attempt, fail, idle }: KeyQueueHooks<TJob>): KeyQueue<TJob> {
  const queue: TJob[] = [];
  let busy = false;

  function tryOnce(job: TJob): Promise<void> | null {
    try {
      return attempt(job);
    } catch (error) {
      fail(job, error);
      return null;
    }
  }

  async function drive(first: TJob, firstWait: Promise<void>): Promise<void> {
    let job: TJob | undefined = first;
    let wait: Promise<void> | null = firstWait;
    while (job !== undefined) {
      try {
        while (wait) {
          await wait;
          wait = tryOnce(job);
        }
      } catch (error) {
        fail(job, error);
      }
      job = queue.shift();
      wait = job === undefined ? null : tryOnce(job);
    }
    busy = false;
    idle();
  }

  return {
    submit(job) {
      if (busy) {
        queue.push(job);
        return;
      }
      const wait = tryOnce(job);
      if (!wait) return;
      busy = true;
      void drive(job, wait);
    },
    waiting: () => queue.length + (busy ? 1 : 0),
  };
}
