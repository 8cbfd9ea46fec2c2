const UNITS_MS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const PART = '(\\d{1,15}(?:\\.\\d{1,9})?)(ns|us|µs|ms|s|m|h)';
const WHOLE = new RegExp(`^(?:${PART})+$`);

/**
 * Milliseconds of a duration as Go writes it: `10s`, `100ms`, `1m30s`, `1.5h`. Null for anything else: no sign, no exponent, no number
 * without a unit but 0.
 */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  if (text.length > 64 || !WHOLE.test(text)) return null;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(new RegExp(PART, 'g'))) ms += Number(number) * UNITS_MS[unit!]!;
  return ms;
}
