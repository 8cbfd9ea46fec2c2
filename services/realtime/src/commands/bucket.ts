export interface Bucket {
  /** Takes one token; false when there is none. */
  take(): boolean;
}

/** A token bucket: `burst` at once, refilled by `perSecond`. `now` is in milliseconds and never goes back. */
export function createBucket({
  perSecond,
  burst,
  now,
}: {
  perSecond: number;
  burst: number;
  now: () => number;
}): Bucket {
  let tokens = burst;
  let filledAt = now();
  return {
    take() {
      const at = now();
      tokens = Math.min(burst, tokens + ((at - filledAt) / 1000) * perSecond);
      filledAt = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
