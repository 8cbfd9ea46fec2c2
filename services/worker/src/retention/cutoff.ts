const DAY_MS = 86_400_000;
/** UUIDv7 holds milliseconds in 48 bits. */
const MAX_ID_MS = 2 ** 48 - 1;

/** Up to where messages are past their time. */
export interface Cutoff {
  /** Messages made before it go; as events write it. */
  timestamp: string;
  /** The lowest message id of that moment. */
  messageId: string;
  /** `2026-11`: months before it are past their time as a whole. */
  month: string;
}

export function cutoffOf(days: number, nowMs: number): Cutoff {
  // Longer than there has been time: nothing is past it.
  const ms = Math.max(0, nowMs - days * DAY_MS);
  const iso = new Date(ms).toISOString();
  return { timestamp: `${iso.slice(0, -1)}000Z`, messageId: lowestId(ms), month: iso.slice(0, 7) };
}

/**
 * The lowest UUIDv7 of a millisecond: ids sort by their time. An id is made a moment before its message is, by the same
 * machine's clock, so it says when a message was made only roughly: look at `created_at` before acting.
 */
export function lowestId(ms: number): string {
  const hex = Math.min(Math.max(0, Math.floor(ms)), MAX_ID_MS)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** Ids of a month's messages, a day to either side: clocks of writers may differ by less than that. */
export function idsOfMonth(month: string): { from: string; to: string } {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const from = Date.UTC(year, number - 1) - DAY_MS;
  const to = Date.UTC(year, number) + DAY_MS;
  return { from: lowestId(from), to: lowestId(to) };
}
