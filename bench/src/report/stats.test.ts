import fc from 'fast-check';
import { median, percentile, sorted } from './stats';

describe('percentile', () => {
  it.each([
    [[1, 2, 3, 4], 50, 2],
    [[1, 2, 3, 4], 75, 3],
    [[1, 2, 3, 4], 76, 4],
    [[4, 3, 2, 1], 100, 4],
    [[7], 1, 7],
    [Array.from({ length: 1000 }, (_none, at) => at + 1), 99, 990],
  ])('of %j at %d is %d', (samples, percent, expected) => {
    expect(percentile(sorted(samples), percent)).toBe(expected);
  });

  it('is a sample that at least that part of the samples do not exceed, and no smaller one would do', () => {
    const samples = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const found = percentile(sorted(values), percent);
        const upTo = (limit: number) => values.filter((value) => value <= limit).length * 100;
        expect(values).toContain(found);
        expect(upTo(found)).toBeGreaterThanOrEqual(percent * values.length);
        const smaller = values.filter((value) => value < found);
        if (smaller.length > 0) expect(upTo(Math.max(...smaller))).toBeLessThan(percent * values.length);
      }),
    );
  });

  it('of nothing is not a number', () => {
    expect(percentile(sorted([]), 50)).toBeNaN();
  });
});

describe('median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[5], 5],
    [[], NaN],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});
