import { createBucket } from './bucket';

test('a bucket gives its burst at once and then its rate, and never saves more than the burst', () => {
  let now = 0;
  const bucket = createBucket({ perSecond: 10, burst: 3, now: () => now });
  const taken = (tries: number) => Array.from({ length: tries }, () => bucket.take()).filter(Boolean).length;
  expect(taken(5)).toBe(3);
  now += 100;
  expect(taken(5)).toBe(1);
  now += 60_000;
  expect(taken(5)).toBe(3);
});
