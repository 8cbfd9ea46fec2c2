import type { FetchedRun } from '../../fence';
import { createRunBuffer, type FlowControl } from '../../runBuffer';

/** What a read has been sent and not yet taken. */
export interface Inbox {
  push(run: FetchedRun): void;
  /** The next run; rejects when none comes for `stallMs`. One call at a time. */
  take(): Promise<FetchedRun>;
}

const LIMIT_BYTES = 4 * 1024 * 1024;

export function createInbox({ flow, end, stallMs }: { flow: FlowControl; end: number; stallMs: number }): Inbox {
  let complete = false;
  // Once the end is in, nothing more is fetched, whatever the buffer has room for.
  const buffer = createRunBuffer(LIMIT_BYTES, { pause: flow.pause, resume: () => complete || flow.resume() });
  let notify: () => void = () => undefined;

  function arrival(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing was read for ${stallMs} ms`)), stallMs);
      notify = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    push(run) {
      if (complete) return;
      complete = run.next >= end;
      buffer.push(run);
      if (complete) flow.pause();
      notify();
    },
    async take() {
      while (!buffer.first()) await arrival();
      const run = buffer.first()!;
      buffer.drop(1);
      return run;
    },
  };
}
