import { LIMITS } from '@threadlog/events';
import fc from 'fast-check';
import { requireJsonText, requireJsonValue, type JsonBounds } from './jsonShape';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const nested = (levels: number, open = '[', close = ']') => `${open.repeat(levels)}1${close.repeat(levels)}`;
const takes = (check: () => void): boolean => {
  try {
    check();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ problem: { code: 'invalid_request' } });
    return false;
  }
};

/** As it would be said without a thought of hostile depth. */
function measured(value: unknown): { depth: number; values: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, values: 1 };
  const members = Object.values(value).map(measured);
  return {
    depth: 1 + Math.max(0, ...members.map(({ depth }) => depth)),
    values: 1 + members.reduce((sum, { values }) => sum + values, 0),
  };
}

/** Texts full of what means something to JSON. */
const text = fc.array(fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', ':', 'a', 'é', '😀', '\n'), { maxLength: 8 });
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    text.map((parts) => parts.join('')),
    fc.array(tie('json'), { minLength: 1, maxLength: 4 }),
    fc.dictionary(
      text.map((parts) => parts.join('')),
      tie('json'),
      { minKeys: 1, maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

test('bytes and values are measured alike, whatever stands in the texts', () => {
  fc.assert(
    fc.property(json, fc.boolean(), (value, spaced) => {
      const { depth, values } = measured(value);
      const bytes = bytesOf(JSON.stringify(value, null, spaced ? 2 : 0));
      for (const check of [
        (b: JsonBounds) => requireJsonText(bytes, b),
        (b: JsonBounds) => requireJsonValue(value, b),
      ]) {
        expect(takes(() => check({ depth, values }))).toBe(true);
        if (depth > 0) expect(takes(() => check({ depth: depth - 1, values }))).toBe(false);
        if (depth > 0) expect(takes(() => check({ depth, values: values - 1 }))).toBe(false);
      }
    }),
  );
});

test.each([
  ['lists', nested(100_000)],
  ['objects', nested(40_000, '{"a":', '}')],
  ['lists that never end', '['.repeat(200_000)],
  ['values', `[${'0,'.repeat(LIMITS.jsonValues)}0]`],
  ['names', `{${Array.from({ length: 22_000 }, (_, at) => `"k${at}":0`).join()}}`],
])('too many %s are refused by their bytes', (_what, body) => {
  expect(takes(() => requireJsonText(bytesOf(body)))).toBe(false);
});

test('and as values, without recursion', () => {
  expect(takes(() => requireJsonValue(JSON.parse(nested(100_000))))).toBe(false);
  expect(takes(() => requireJsonValue(Array(LIMITS.jsonValues).fill(0)))).toBe(false);
  expect(takes(() => requireJsonValue(JSON.parse(nested(LIMITS.jsonDepth))))).toBe(true);
  expect(takes(() => requireJsonValue(undefined))).toBe(true);
});

test.each(['', '"', '"\\', '"\\"', ']]]]', 'nul', '\\"[', '{"a":"[[[[[['])('%s is left to the parser', (body) => {
  expect(takes(() => requireJsonText(bytesOf(body)))).toBe(true);
});
