import fc from 'fast-check';
import { composedName } from './ids';

const part = fc.oneof(fc.string(), fc.stringMatching(/^[ab/",[\]\\~]{0,4}$/));
const parts = fc.array(part, { minLength: 1, maxLength: 4 });

test('names of different parts are different, wherever one part ends and the next begins', () => {
  expect(composedName('a/b', 'c')).not.toBe(composedName('a', 'b/c'));
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const isSame = one.length === other.length && one.every((each, index) => each === other[index]);
      expect(composedName(...one) === composedName(...other)).toBe(isSame);
    }),
  );
});
