import { setTimeout as delay } from 'node:timers/promises';

/** Time as a process sees it. Injected everywhere, so that a simulation can bend it. */
export interface Clock {
  /** Milliseconds on a clock that never goes back, but may stop while the machine sleeps. */
  monotonicMs(): number;
  /** Milliseconds since the epoch; may jump. */
  wallMs(): number;
  /** Microseconds since the epoch, for event timestamps. */
  wallMicros(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** How far the fine clock may be off the wall clock before it is set again; milliseconds. */
const MAX_DRIFT_MS = 20;

/** The machine's clocks. Microseconds run on the monotonic clock, set by the wall clock whenever the two part. */
export function createSystemClock(): Clock {
  let origin = Date.now() - performance.now();

  function wallMicros(): number {
    const wall = Date.now();
    const fine = performance.now();
    if (Math.abs(origin + fine - wall) > MAX_DRIFT_MS) origin = wall - fine;
    return Math.floor((origin + fine) * 1000);
  }

  return {
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    wallMicros,
    sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  };
}
