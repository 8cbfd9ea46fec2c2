import fc from 'fast-check';
import { assignPartitions, type Readers } from './assignment';

const reader = fc.record({
  id: fc.uuid(),
  url: fc.option(fc.constantFrom('http://a', 'http://b', 'http://c', 'http://d'), { nil: null }),
});
const anything: fc.Arbitrary<Readers> = fc.record({
  readers: fc.uniqueArray(reader, { maxLength: 6, selector: ({ id }) => id }),
  owners: fc
    .array(fc.tuple(fc.nat(11), fc.constantFrom('http://a', 'http://b', 'http://c', 'http://x')))
    .map((pairs) => new Map(pairs)),
  partitions: fc.integer({ min: 1, max: 12 }),
});

const sizes = (shares: ReadonlyMap<string, ReadonlySet<number>>) => [...shares.values()].map(({ size }) => size);

it('gives every partition to exactly one reader, whatever order they are listed in', () => {
  fc.assert(
    fc.property(anything, (given) => {
      const shares = assignPartitions(given);
      const all = [...shares.values()].flatMap((share) => [...share]).sort((a, b) => a - b);
      const expected = given.readers.length === 0 ? [] : Array.from({ length: given.partitions }, (_, each) => each);
      expect(all).toEqual(expected);
      expect(assignPartitions({ ...given, readers: [...given.readers].reverse() })).toEqual(shares);
    }),
  );
});

it('deals out evenly where readers have processes of their own', () => {
  fc.assert(
    fc.property(anything, (given) => {
      fc.pre(given.readers.length > 0);
      const apart = { ...given, readers: given.readers.map(({ id }) => ({ id, url: null })) };
      const counts = sizes(assignPartitions(apart));
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

describe('readers in the processes that take commands', () => {
  const readers = [
    { id: '1', url: 'http://a' },
    { id: '2', url: 'http://b' },
  ];
  const owners = new Map([
    [0, 'http://b'],
    [1, 'http://b'],
    [2, 'http://a'],
  ]);

  it('have what their own process owns, and a part of what nobody owns', () => {
    const shares = assignPartitions({ readers, owners, partitions: 5 });
    expect(shares).toEqual(
      new Map([
        ['1', new Set([2, 4])],
        ['2', new Set([0, 1, 3])],
      ]),
    );
  });

  it('share evenly with one that owns nothing', () => {
    for (const url of [null, 'http://elsewhere', 'http://a']) {
      const shares = assignPartitions({ readers: [...readers, { id: '3', url }], owners, partitions: 6 });
      expect(sizes(shares)).toEqual([2, 2, 2]);
    }
  });
});
