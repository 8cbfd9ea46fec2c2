import { z } from 'zod';

const PARTS = /^(.+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;
/** It knows the days of each month; checked with every event that is appended. */
const MICRO = z.regexes.datetime({ precision: 6 });
/** What is left of a year that every store knows, once the time is in UTC. */
const COMMON_YEAR = /^(?!0000)\d{4}-/;
/** Characters of a time in a request: digits of a second beyond the sixth are cut, not kept. */
const LONGEST = 64;

/**
 * An ISO 8601 instant, with offset, as the events write theirs: UTC, six digits of a second. `Date` alone would keep
 * three. Digits beyond the sixth are cut. Null for what is no instant, or not between the years 1 and 9999 of UTC.
 */
export function toMicroTimestamp(text: string): string | null {
  const [, seconds = '', fraction = '', zone = ''] = PARTS.exec(text) ?? [];
  const ms = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(ms)) return null;
  const utc = new Date(ms).toISOString();
  return COMMON_YEAR.test(utc) ? `${utc.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z` : null;
}

/** Whether a timestamp of an event names a real instant: no 31st of February, no year 0. */
export function isMicroTimestamp(text: string): boolean {
  return MICRO.test(text) && !text.startsWith('0000');
}

/** What `z.iso.datetime` matches, without the year 0; RE2 knows no look-ahead. */
const INPUT_PATTERN = z.regexes
  .datetime({ offset: true })
  .source.replace('[02468][048]00', '0[48]00|[2468][048]00')
  .replace('\\d{4}-', '(?:000[1-9]|00[1-9]\\d|0[1-9]\\d\\d|[1-9]\\d{3})-');

/** A time in a request: with an offset, and in range after it is taken off. What is parsed is an event's timestamp. */
export const instantInputSchema = z.iso
  .datetime({ offset: true })
  .max(LONGEST)
  .meta({ pattern: INPUT_PATTERN })
  .transform((text, context) => {
    const instant = toMicroTimestamp(text);
    if (instant !== null) return instant;
    context.addIssue({ code: 'custom', message: 'must lie between the years 1 and 9999 of UTC' });
    return z.NEVER;
  });
