import { warmUntilSteady } from './warmUp';

describe('warmUntilSteady', () => {
  const warm = (slices: number, rates: number[]): Promise<number[]> => {
    const left = [...rates];
    return warmUntilSteady({ sliceMs: 10, slices }, () => Promise.resolve(left.shift()!));
  };

  it('goes on for as long as it gets faster, and two slices more', async () => {
    expect(await warm(10, [100, 150, 200, 205, 190, 300])).toEqual([100, 150, 200, 205, 190]);
  });

  it('is not deceived by one slow slice', async () => {
    expect(await warm(10, [100, 90, 150, 140, 150, 160])).toEqual([100, 90, 150, 140, 150]);
  });

  it('ends after the most slices, and where nothing gets done', async () => {
    expect(await warm(3, [1, 2, 4, 8])).toEqual([1, 2, 4]);
    expect(await warm(10, [0, 0, 5])).toEqual([0, 0]);
  });
});
