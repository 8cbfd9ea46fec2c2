import { readLength } from './scale';
import { readSeed, seedOfCommit } from './seed';

test('a length is short unless it says long; a misspelt one is refused', () => {
  expect([readLength(undefined), readLength('short'), readLength('long')]).toEqual(['short', 'short', 'long']);
  for (const wrong of ['', 'Long', '1']) expect(() => readLength(wrong)).toThrow(/TEST_LENGTH/);
});

describe('a seed', () => {
  const COMMITS = ['ffffffffffffffffffffffffffffffffffffffff', 'ebd52b0e66e9e7a3bb0d5bff0f0f1f65a3c1dd34'];

  test('changes with the commit, stays with it, and is there without one', () => {
    const seeds = [...COMMITS, null].map(seedOfCommit);
    expect(seeds).toEqual([...COMMITS, null].map(seedOfCommit));
    expect(new Set(seeds).size).toBe(3);
    for (const seed of seeds) expect(readSeed(String(seed))).toBe(seed);
  });

  test('is what somebody gave, or anyone; nothing else', () => {
    expect([readSeed('0'), readSeed('17')]).toEqual([0, 17]);
    expect(readSeed(String(readSeed('random')))).toBeGreaterThanOrEqual(0);
    for (const wrong of ['x', '-1', '1.5', String(2 ** 30)]) expect(() => readSeed(wrong)).toThrow(/TEST_SEED/);
  });
});
