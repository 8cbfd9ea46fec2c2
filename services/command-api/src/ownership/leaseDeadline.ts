import type { Clock } from '../clock';

/** How long leases live and how carefully their end is counted; milliseconds. */
export interface LeaseTiming {
  ttlMs: number;
  renewEveryMs: number;
  /** Taken off the owner's own count, for clocks that run at different speeds and database clocks that jump. */
  marginMs: number;
}

export const LEASE_TIMING: LeaseTiming = { ttlMs: 5_000, renewEveryMs: 1_500, marginMs: 500 };

/** A moment on both clocks. */
export interface Moment {
  monotonicMs: number;
  wallMs: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
}

/**
 * The owner's own view of how long its lease lasts. It counts from before the request that took or renewed the lease
 * was sent: the database started its own count later. Whichever of the two clocks ran further decides, so neither a
 * sleeping machine nor a stepped clock can stretch a lease.
 */
export interface LeaseDeadline {
  extend(sentAt: Moment): void;
  isRunning(): boolean;
  /** Ends it for good; nothing extends it again. */
  end(): void;
}

export function createLeaseDeadline(clock: Clock, timing: LeaseTiming, sentAt: Moment): LeaseDeadline {
  let from = sentAt;
  let ended = false;
  const isRunning = (): boolean => {
    if (ended) return false;
    const elapsed = Math.max(clock.monotonicMs() - from.monotonicMs, clock.wallMs() - from.wallMs);
    return elapsed < timing.ttlMs - timing.marginMs;
  };
  return {
    isRunning,
    extend(moment) {
      // A lease that ran out stays out: another owner may have held it in between.
      if (isRunning()) from = moment;
      else ended = true;
    },
    end() {
      ended = true;
    },
  };
}
