const HOUR_MS = 3_600_000;

/** A time as events write it, so many hours after another one. */
export function hoursLater(timestamp: string, hours: number): string {
  return toMicro(new Date(Date.parse(timestamp) + hours * HOUR_MS).toISOString());
}

/** Any ISO 8601 time as events write it: UTC, microseconds. */
export function toMicro(timestamp: string): string {
  return `${new Date(timestamp).toISOString().slice(0, -1)}000Z`;
}
