/**
 * Logs hold what former builds let in and no store takes: halves of surrogate pairs, NUL, times beyond the year 9999.
 * Readers take such an event in the nearest form that can be kept, so that every reader and every rebuild comes to the
 * same rows. This is for what stands in logs already: nothing of the kind is appended any more.
 */

/** How `JSON.stringify` writes both halves and NUL, and next to nothing else. */
export const MAY_BE_UNSTORABLE = '\\u';

const REPLACEMENT = '\u{fffd}';

/**
 * Changes strings of a value fresh from `JSON.parse`, in place, so that each is well-formed and without NUL. True where
 * any was not.
 */
export function makeStorable(root: object): boolean {
  let changed = false;
  // A stack of its own: what was written may be nested deeper than calls can be.
  const waiting: object[] = [root];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const fields = next as Record<string, unknown>;
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') {
        const kept = storableText(value);
        if (kept !== value) changed = true;
        fields[name] = kept;
      } else if (typeof value === 'object' && value !== null) waiting.push(value);
    }
  }
  return changed;
}

function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', REPLACEMENT);
}

/** How `Date` writes years that do not have four digits. */
const OUT_OF_RANGE = /^([+-])\d{6}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const FIRST_TIME = '0001-01-01T00:00:00.000000Z';
const LAST_TIME = '9999-12-31T23:59:59.999999Z';

/** Data of an event with the times among its fields that no reader knows put to the first or last one there is; null where there are none. */
export function withTimesInRange(data: unknown): Record<string, unknown> | null {
  if (typeof data !== 'object' || data === null) return null;
  let changed: Record<string, unknown> | null = null;
  for (const [name, value] of Object.entries(data)) {
    const sign = typeof value === 'string' ? OUT_OF_RANGE.exec(value)?.[1] : undefined;
    if (sign) changed = { ...(changed ?? data), [name]: sign === '+' ? LAST_TIME : FIRST_TIME };
  }
  return changed;
}
