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
