import fc from 'fast-check';

const { spread } = jest.requireActual<{ spread<One>(few: One[], many: One[]): One[] }>('../../jest/spread.js');
const named = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}${at}`);

test('a few are spread among many, in time for all to end together', () => {
  expect(spread(named('e', 3), named('i', 9)).join(' ')).toBe('e0 i0 i1 i2 e1 i3 i4 e2 i5 i6 i7 i8');
});

test('nothing is lost, and each kind keeps its order', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(200), (few, many) => {
      const all = spread(named('e', few), named('i', many));
      expect(all.filter((name) => name.startsWith('e'))).toEqual(named('e', few));
      expect(all.filter((name) => name.startsWith('i'))).toEqual(named('i', many));
      expect(all).toHaveLength(few + many);
    }),
  );
});
