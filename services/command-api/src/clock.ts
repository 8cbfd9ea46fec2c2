import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './ownership/ports';

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
