import fc from 'fast-check';
import { murmur2, partitionOfKey } from './streams';

const utf8 = new TextEncoder();

/** Kafka's own vectors (UtilsTest.testMurmur2). */
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %s is Kafka’s', (text, hash) => {
  expect(murmur2(utf8.encode(text))).toBe(hash);
});

test('a partition is in range, whatever the key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 1000 }), (key, partitions) => {
      const partition = partitionOfKey(key, partitions);
      return Number.isInteger(partition) && partition >= 0 && partition < partitions;
    }),
  );
});

test('keys spread evenly', () => {
  const counts = Array<number>(12).fill(0);
  for (let i = 0; i < 12_000; i++) counts[partitionOfKey(`acme/thread/thread-${i}`, 12)]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1150);
});
