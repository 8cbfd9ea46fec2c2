import { toMicroTimestamp } from '@threadlog/events';

const HOUR_MS = 3_600_000;

/** A time as events write it, so many hours after another one; without its microseconds. */
export function hoursLater(timestamp: string, hours: number): string {
  const later = toMicroTimestamp(new Date(Date.parse(timestamp) + hours * HOUR_MS).toISOString());
  if (later === null) throw new RangeError(`${hours} hours after ${timestamp} no store keeps times`);
  return later;
}
