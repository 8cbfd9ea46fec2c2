import { putTag, putVarint, WIRE, type Bytes } from './bytes';

const ZERO = 48;
const NANO_DIGITS = 9;
/** Lengths of `2026-01-15` and of `2026-01-15T10:30:00.`. */
const [DAY, FRACTION_AT] = [10, 20];

/** A time as they are all written, such as `2026-01-15T10:30:00.123456Z`, as a Timestamp. */
export function putInstant(bytes: Bytes, text: string): void {
  const seconds = secondsOf(text);
  if (seconds !== 0) {
    putTag(bytes, 1, WIRE.varint);
    putVarint(bytes, seconds);
  }
  const nanos = nanosOf(text);
  if (nanos === 0) return;
  putTag(bytes, 2, WIRE.varint);
  putVarint(bytes, nanos);
}

let known = { day: '1970-01-01', seconds: 0 };

/** Whole seconds since 1970. Dates are parsed once: a page of messages has a hundred times of few days. */
export function secondsOf(text: string): number {
  const day = text.slice(0, DAY);
  if (day !== known.day) known = { day, seconds: Date.parse(`${day}T00:00:00Z`) / 1000 };
  return known.seconds + digits(text, 11, 13) * 3600 + digits(text, 14, 16) * 60 + digits(text, 17, 19);
}

/** The digits behind the point, of which there may be three or six. */
export function nanosOf(text: string): number {
  const end = text.length - 1;
  return digits(text, FRACTION_AT, end) * 10 ** (NANO_DIGITS - (end - FRACTION_AT));
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 10 + text.charCodeAt(at) - ZERO;
  return value;
}
