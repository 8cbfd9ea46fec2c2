import type { Scheduler } from './scheduler';

/**
 * Sets the pace of a subscription: a promise of when the next batches may be handed over, or nothing when that is now.
 * What comes after a quiet moment passes at once, with all that comes in the same turn; after that the throttle opens once
 * in an interval, for all partitions together.
 */
export type Throttle = () => Promise<void> | undefined;

/** @param intervalMs Least time between two openings, as it is when somebody comes; 0 is a throttle that is always open. */
export function createThrottle(
  intervalMs: () => number,
  scheduler: Scheduler,
  now = () => performance.now(),
): Throttle {
  let passedAt = -Infinity;
  let open = false;
  let opening: Promise<void> | null = null;

  function pass(): void {
    passedAt = now();
    open = true;
    scheduler.soon(() => (open = false));
  }

  return () => {
    if (open) return undefined;
    const rest = passedAt + intervalMs() - now();
    if (rest <= 0 && !opening) {
      pass();
      return undefined;
    }
    opening ??= new Promise((resolve) =>
      scheduler.after(rest, () => {
        opening = null;
        pass();
        resolve();
      }),
    );
    return opening;
  };
}
