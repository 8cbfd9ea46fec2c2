import { pause } from '@threadlog/service';

/** Time as a process sees it. Injected everywhere, so that a simulation can bend it. */
export interface Clock {
  /** Milliseconds on a clock that never goes back, but may stop while the machine sleeps. */
  monotonicMs(): number;
  /** Milliseconds since the epoch; may jump. */
  wallMs(): number;
  /** Microseconds since the epoch, for event timestamps: by the time that instances agree on. */
  wallMicros(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** How far the fine clock may be off the wall clock before it is set again; milliseconds. */
const MAX_DRIFT_MS = 20;

/**
 * The machine's clocks. Microseconds run on the monotonic clock, set by `agreedMs` whenever the two part: milliseconds since
 * the epoch that other instances would say, too.
 */
export function createSystemClock(agreedMs: () => number): Clock {
  let origin = agreedMs() - performance.now();

  function wallMicros(): number {
    const wall = agreedMs();
    const fine = performance.now();
    if (Math.abs(origin + fine - wall) > MAX_DRIFT_MS) origin = wall - fine;
    return Math.floor((origin + fine) * 1000);
  }

  return {
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    wallMicros,
    sleep: pause,
  };
}

/** The last millisecond that was written out: under load many events share it. */
const memo = { ms: NaN, text: '' };

/** ISO 8601 UTC with microseconds, from microseconds since the epoch. */
export function microIso(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const rest = Math.floor(micros - ms * 1000);
  if (ms !== memo.ms) {
    memo.ms = ms;
    memo.text = new Date(ms).toISOString().slice(0, -1);
  }
  return `${memo.text}${String(rest).padStart(3, '0')}Z`;
}

/** Microseconds since the epoch of such a timestamp. */
export function microsOf(timestamp: string): number {
  return Date.parse(`${timestamp.slice(0, 23)}Z`) * 1000 + Number(timestamp.slice(23, 26));
}

/** The time of a stream's next event: now, but always later than its last one, however clocks jumped. */
export function nextTimestamp(nowMicros: number, last: string | null): string {
  const now = microIso(nowMicros);
  if (last === null || now > last) return now;
  return microIso(microsOf(last) + 1);
}

const RECOMPUTED_MS = 1_000;

/** The timestamp from which on receipts count. It is asked with every command, so it moves in steps of a second. */
export function createWindow(clock: Clock, windowMs: number): () => string {
  let start = '';
  let validUntil = -Infinity;
  return () => {
    const now = clock.monotonicMs();
    if (now >= validUntil) {
      start = microIso(clock.wallMicros() - windowMs * 1000);
      validUntil = now + RECOMPUTED_MS;
    }
    return start;
  };
}
