const PARTS = /^(.+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

/**
 * An ISO 8601 instant, with offset, as the events write theirs: UTC, six digits of a second. `Date` alone would keep
 * three. Digits beyond the sixth are cut.
 */
export function toMicroTimestamp(text: string): string {
  const [, seconds = '', fraction = '', zone = ''] = PARTS.exec(text) ?? [];
  const utc = new Date(`${seconds}${zone}`).toISOString().slice(0, 19);
  return `${utc}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}
