import fc from 'fast-check';
import { instantInputSchema, isMicroTimestamp, toMicroTimestamp } from './instants';

it.each([
  ['2026-11-01T10:00:00Z', '2026-11-01T10:00:00.000000Z'],
  ['2026-11-01T10:00Z', '2026-11-01T10:00:00.000000Z'],
  ['2026-11-01T10:00:00.5Z', '2026-11-01T10:00:00.500000Z'],
  ['2026-11-01T10:00:00.123456Z', '2026-11-01T10:00:00.123456Z'],
  ['2026-11-01T10:00:00.123456789Z', '2026-11-01T10:00:00.123456Z'],
  ['2026-11-01T00:30:00.000001+01:00', '2026-10-31T23:30:00.000001Z'],
  ['2026-12-31T23:30:00-01:30', '2027-01-01T01:00:00.000000Z'],
])('%s is %s', (given, expected) => {
  expect(toMicroTimestamp(given)).toBe(expected);
});

it.each([
  '9999-12-31T23:59:59-01:00',
  '9999-12-31T23:59:59.999999-00:01',
  '0001-01-01T00:00:00+00:01',
  '0000-01-01T00:00:00Z',
  '0000-12-31T23:59:59Z',
  'soon',
  '',
])('%s is outside of what stores keep', (given) => {
  expect(toMicroTimestamp(given)).toBeNull();
  expect(instantInputSchema.safeParse(given).success).toBe(false);
});

it('keeps the very ends of the range, however they are written', () => {
  expect(instantInputSchema.parse('9999-12-31T22:59:59-01:00')).toBe('9999-12-31T23:59:59.000000Z');
  expect(instantInputSchema.parse('0001-01-01T01:00:00+01:00')).toBe('0001-01-01T00:00:00.000000Z');
});

it('takes a time of any year and offset as a timestamp that events may hold, or not at all', () => {
  const two = (most: number) => fc.integer({ min: 0, max: most }).map((part) => String(part).padStart(2, '0'));
  const year = fc.oneof(fc.constantFrom(0, 1, 9998, 9999), fc.nat(9999)).map((part) => String(part).padStart(4, '0'));
  const time = fc
    .tuple(year, two(13), two(32), two(24), two(60), two(60), fc.constantFrom('Z', '+', '-'), two(24), two(60))
    .map(
      ([y, mo, d, h, mi, s, zone, zh, zm]) =>
        `${y}-${mo}-${d}T${h}:${mi}:${s}${zone === 'Z' ? 'Z' : `${zone}${zh}:${zm}`}`,
    );
  fc.assert(
    fc.property(time, (text) => {
      const { data } = instantInputSchema.safeParse(text);
      // Parsed once more, as a forwarded command is, it is the same.
      return data === undefined || (isMicroTimestamp(data) && instantInputSchema.parse(data) === data);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ['2026-02-30T00:00:00.000000Z', false],
  ['2026-13-01T00:00:00.000000Z', false],
  ['2026-01-01T24:00:00.000000Z', false],
  ['2026-01-01T00:00:60.000000Z', false],
  ['0000-01-01T00:00:00.000000Z', false],
  ['+010000-01-01T00:59:59.000Z', false],
  ['2026-01-01T00:00:00.000Z', false],
  ['2024-02-29T23:59:59.999999Z', true],
  ['0001-01-01T00:00:00.000000Z', true],
])('a timestamp %s of an event is real: %s', (timestamp, real) => {
  expect(isMicroTimestamp(timestamp)).toBe(real);
});
