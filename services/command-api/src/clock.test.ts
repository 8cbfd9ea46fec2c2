import fc from 'fast-check';
import { microIso, microsOf, nextTimestamp } from './clock';

const MICROS = fc.integer({ min: 0, max: 4_102_444_800_000_000 });

describe('timestamps', () => {
  test('keep microseconds both ways', () => {
    fc.assert(fc.property(MICROS, (micros) => expect(microsOf(microIso(micros))).toBe(micros)));
  });

  test('sort as text in the order of time', () => {
    fc.assert(fc.property(MICROS, MICROS, (a, b) => expect(microIso(a) < microIso(b)).toBe(a < b)));
  });

  test('advance within a stream, wherever the clock went', () => {
    fc.assert(
      fc.property(MICROS, MICROS, (now, last) => {
        const next = nextTimestamp(now, microIso(last));
        expect(microsOf(next)).toBe(Math.max(now, last + 1));
      }),
    );
  });

  test('are now where the stream is new', () => {
    expect(nextTimestamp(Date.UTC(2026, 0, 2) * 1000 + 7, null)).toBe('2026-01-02T00:00:00.000007Z');
  });
});
