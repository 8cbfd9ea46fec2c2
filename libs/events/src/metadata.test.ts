import { metadataInputSchema } from './inputs';
import { LIMITS } from './limits';
import { jsonFault } from './metadata';

const nested = (levels: number, leaf: string): unknown =>
  JSON.parse(`${'{"a":'.repeat(levels)}${leaf}${'}'.repeat(levels)}`) as unknown;
const faultOf = (json: string) => metadataInputSchema.safeParse(JSON.parse(json)).error?.issues;

it.each([
  ['a lone surrogate in a value', '{"a":{"b":["x","\\ud83d"]}}', ['a', 'b', 1]],
  ['a lone surrogate in a name', '{"a":{"\\udc00":1}}', ['a', '\udc00']],
  ['NUL in a value', '{"a":"x\\u0000y"}', ['a']],
  ['NUL in a name', '{"\\u0000":1}', ['\0']],
  ['a name that makes a prototype', '{"a":{"__proto__":{"isAdmin":true}}}', ['a', '__proto__']],
  ['the same at the top', '{"__proto__":{"isAdmin":true}}', ['__proto__']],
  ['a number that was rounded', '{"a":9007199254740993}', ['a']],
  ['a negative one', '{"a":[0,-9007199254740993]}', ['a', 1]],
  ['one of any size', '{"a":1e300}', ['a']],
  ['one beyond all sizes', '{"a":1e400}', ['a']],
])('%s is refused, with the place where it is', (_what, json, path) => {
  expect(faultOf(json)).toMatchObject([{ path }]);
});

it.each([
  '{}',
  '{"a":null,"b":[true,false,0.1,-1.5,9007199254740991,-9007199254740991,"👩‍👩‍👧‍👦","ﷺ"],"constructor":"x","prototype":{}}',
])('%s is kept as it is', (json) => {
  expect(JSON.stringify(metadataInputSchema.parse(JSON.parse(json)))).toBe(json);
});

it.each(['null', '[]', '"text"', '1', 'true'])('%s is no object', (json) => {
  expect(faultOf(json)).toHaveLength(1);
});

it('takes so many levels and no more, and counts however many there are without recursion', () => {
  expect(metadataInputSchema.safeParse(nested(LIMITS.metadataDepth, '1')).success).toBe(true);
  expect(metadataInputSchema.safeParse(nested(LIMITS.metadataDepth + 1, '1')).success).toBe(false);
  expect(jsonFault(nested(50_000, '1'), LIMITS.metadataDepth)?.path).toHaveLength(LIMITS.metadataDepth);
});

it('counts bytes, not characters', () => {
  const of = (text: string) => metadataInputSchema.safeParse({ text }).success;
  const room = LIMITS.metadataBytes - '{"text":""}'.length;
  expect([
    of('x'.repeat(room)),
    of('x'.repeat(room + 1)),
    of('é'.repeat(room / 2)),
    of('é'.repeat(room / 2 + 1)),
  ]).toEqual([true, false, true, false]);
});
