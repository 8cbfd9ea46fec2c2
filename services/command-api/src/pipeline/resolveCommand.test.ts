import { canonicalJson } from './resolveCommand';

test('the same request in another order of keys is the same text', () => {
  const one = { type: 'x', input: { b: [1, { d: null, c: 'é' }], a: 2 } };
  const other = { input: { a: 2, b: [1, { c: 'é', d: null }] }, type: 'x' };
  expect(canonicalJson(one)).toBe(canonicalJson(other));
  expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
});
