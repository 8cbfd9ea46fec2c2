import fc from 'fast-check';
import { fairShare } from './balance';

describe('fair shares', () => {
  test('add up to all partitions and differ by one at most', () => {
    const owners = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(owners, fc.integer({ min: 1, max: 100 }), (live, partitions) => {
        const shares = live.map((owner) => fairShare(owner, live, partitions));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(partitions);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('count an owner that its own heartbeat does not list yet', () => {
    expect(fairShare('b', ['a'], 12)).toBe(6);
    expect(fairShare('b', [], 12)).toBe(12);
  });
});
