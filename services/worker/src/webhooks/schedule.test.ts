import fc from 'fast-check';
import { MAX_RETRY_AFTER_MS, nextPause, RETRY_PAUSES_MS, retryAfterMs } from './schedule';

const middle = { retryAfterMs: null, random: 0.5 };

test('twelve pauses, three days in all, and then no more', () => {
  const pauses = RETRY_PAUSES_MS.map((_pause, at) => nextPause({ ...middle, attempts: at + 1 }));
  expect(pauses).toEqual([...RETRY_PAUSES_MS]);
  const hours = RETRY_PAUSES_MS.reduce((sum, each) => sum + each, 0) / 3_600_000;
  expect(hours).toBeGreaterThan(72);
  expect(hours).toBeLessThan(80);
  expect(nextPause({ ...middle, attempts: 13 })).toBeNull();
});

test('a pause is scattered by a fifth, and never shorter than what the receiver asked for, up to an hour', () => {
  const options = fc.record({
    attempts: fc.integer({ min: 1, max: 12 }),
    retryAfterMs: fc.option(fc.nat(100_000_000)),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  fc.assert(
    fc.property(options, ({ attempts, retryAfterMs: asked, random }) => {
      const pause = nextPause({ attempts, retryAfterMs: asked, random })!;
      const usual = RETRY_PAUSES_MS[attempts - 1]!;
      const least = Math.min(asked ?? 0, MAX_RETRY_AFTER_MS);
      expect(pause).toBeGreaterThanOrEqual(Math.max(least, usual * 0.79));
      expect(pause).toBeLessThanOrEqual(Math.max(least, usual * 1.21));
    }),
  );
});

test.each([
  [undefined, null],
  ['120', 120_000],
  ['0', 0],
  ['Thu, 15 Jan 2026 10:31:00 GMT', 60_000],
  ['Thu, 15 Jan 2026 10:29:00 GMT', 0],
  ['soon', null],
  ['', null],
  ['-5', null],
  ['1e3', null],
  ['99999999999999999999', null],
])('Retry-After: %s', (header, ms) => {
  expect(retryAfterMs(header, Date.parse('2026-01-15T10:30:00Z'))).toBe(ms);
});
