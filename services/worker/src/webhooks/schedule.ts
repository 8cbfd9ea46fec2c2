/** Pauses before the second attempt, the third and so on, in milliseconds: three days in all. */
export const RETRY_PAUSES_MS: readonly number[] = [
  1_000, 2_000, 4_000, 30_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000,
  86_400_000,
];

/** A receiver may ask for more patience than the schedule has, up to this. */
export const MAX_RETRY_AFTER_MS = 3_600_000;
/** Up to so much of a pause is left out or added, so that what failed together does not come back together. */
const JITTER = 0.2;

export interface PauseOptions {
  /** Attempts so far, at least one. */
  attempts: number;
  /** What the receiver asked for, in milliseconds. */
  retryAfterMs: number | null;
  /** At least 0, below 1. */
  random: number;
}

/** Milliseconds until the next attempt; null after the last one. */
export function nextPause({ attempts, retryAfterMs, random }: PauseOptions): number | null {
  const pause = RETRY_PAUSES_MS[attempts - 1];
  if (pause === undefined) return null;
  const scattered = pause * (1 - JITTER + 2 * JITTER * random);
  return Math.max(scattered, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}

/** `Retry-After` in milliseconds from now: seconds or a date; null where it is neither. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  // Dates of HTTP begin with the day's name; Date.parse takes much else.
  const at = /^[A-Z]/i.test(header) ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
