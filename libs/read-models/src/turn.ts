import { setImmediate } from 'node:timers/promises';

/** Milliseconds that a loop over many texts keeps the process to itself: requests, heartbeats and leases wait meanwhile. */
const TURN_MS = 10;

export interface Turn {
  /** Whether it is time to let others go on. */
  readonly over: boolean;
  /** Lets everything go on that waits, and begins another turn. */
  next(): Promise<void>;
}

/** For long loops: `if (turn.over) await turn.next()` after each piece of work, however much or little that is. */
export function createTurn(now: () => number = () => performance.now()): Turn {
  let began = now();
  return {
    get over() {
      return now() - began >= TURN_MS;
    },
    async next() {
      await setImmediate();
      began = now();
    },
  };
}
