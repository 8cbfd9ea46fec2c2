import type { JsonSchema } from '@threadlog/events';
import fc from 'fast-check';

type Resolve = (ref: string) => JsonSchema;

/** Levels down to which values follow references; below stand values without members. */
const DEPTH = 3;
/** Text that a member may hold by its format, where a pattern cannot say it. */
const BY_FORMAT: Record<string, string[]> = { emoji: ['👍', ':+1:', '❤️', '👩‍👩‍👧‍👦', '🇩🇪'] };

/**
 * Values that a schema describes, at its bounds too: the longest text, of characters that JavaScript counts twice, the
 * longest list, the largest number. Rules about which members stand together are left to whoever validates.
 */
export function valuesOf(given: JsonSchema, resolve: Resolve, depth = DEPTH): fc.Arbitrary<unknown> {
  const schema = given.$ref === undefined ? given : resolve(given.$ref);
  const below = (part: JsonSchema) => valuesOf(part, resolve, depth - 1);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const kind = KINDS[String(schema.type)];
  if (kind) return kind(schema, below);
  const parts = (schema.anyOf ?? []).filter(({ type }) => depth > 0 || (type !== 'object' && type !== 'array'));
  if (parts.length === 0) return fc.constantFrom(null, 1, 'x', [], {});
  return fc.oneof(...parts.map((part) => valuesOf(part, resolve, depth)));
}

const KINDS: Record<string, (schema: JsonSchema, below: Below) => fc.Arbitrary<unknown>> = {
  object: objects,
  array: arrays,
  string: strings,
  integer: integers,
  number: (schema) => {
    const bounds = { min: schema.minimum, max: schema.maximum };
    return fc.oneof(fc.double({ ...bounds, noNaN: true, noDefaultInfinity: true }), integers(schema));
  },
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
};

type Below = (part: JsonSchema) => fc.Arbitrary<unknown>;

function objects(schema: JsonSchema, below: Below): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties: more } = schema;
  const fields = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, below(part)]));
  const known = fc.record(fields, { requiredKeys: required });
  if (more === false) return known;
  const names = text(8).filter((name) => name !== '__proto__' && !(name in properties));
  const others = fc.dictionary(names, typeof more === 'object' ? below(more) : fc.constantFrom(1, 'x', null), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  return fc.tuple(others, known).map(([some, own]) => ({ ...some, ...own }));
}

function arrays({ items = {}, minItems = 0, maxItems = 3 }: JsonSchema, below: Below): fc.Arbitrary<unknown> {
  const item = below(items);
  const few = fc.array(item, { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 3)) });
  const most = item.map((one) => Array<unknown>(maxItems).fill(one));
  return fc.oneof({ arbitrary: few, weight: 9 }, { arbitrary: most, weight: 1 });
}

const ANY_TEXT = '^[^\\x00]*$';

function strings({ pattern = ANY_TEXT, format, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  const known = BY_FORMAT[format ?? ''];
  if (known) return fc.constantFrom(...known);
  if (pattern === ANY_TEXT) return fc.oneof(text(40, minLength), fc.constantFrom('👍'.repeat(maxLength)));
  return fc
    .stringMatching(new RegExp(pattern, 'u'))
    .filter((one) => one.isWellFormed() && !one.includes('\0') && one.length <= maxLength * 2);
}

const text = (maxLength: number, minLength = 0): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', minLength, maxLength }).filter((one) => one.isWellFormed() && !one.includes('\0'));

function integers({ minimum, maximum }: JsonSchema): fc.Arbitrary<number> {
  const [min, max] = [minimum ?? Number.MIN_SAFE_INTEGER, maximum ?? Number.MAX_SAFE_INTEGER];
  return fc.oneof(
    fc.maxSafeInteger().map((any) => Math.min(Math.max(any, min), max)),
    fc.constantFrom(min, max),
  );
}

/** What stands in the place of a part of a value, to see who still takes the whole. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 53,
  -1e300,
  '',
  '.',
  '..',
  'x',
  ' ',
  'a\0',
  '\u001f',
  'x'.repeat(256),
  '👍'.repeat(201),
  '👍'.repeat(501),
  'x'.repeat(32_001),
  '1969-02-30T00:00:00Z',
  '0000-02-29T00:00:00Z',
  '2026-01-16T08:00:00',
  [],
  [null],
  {},
  { x: 1 },
  { x: { y: 2 ** 60 } },
  { x: ['\0'] },
  { '\0': 1 },
  JSON.parse('{"__proto__":1}'),
];

/** The value with one thing changed: a part replaced, left out, added, or repeated beyond every bound. */
export function changedOnce(value: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(value, []);
  return fc.constantFrom(...places).chain((place) => {
    const part = at(value, place);
    const changes: unknown[] = [...HOSTILE];
    if (Array.isArray(part)) changes.push(Array<unknown>(1_001).fill(part[0] ?? 'x'));
    if (isObject(part)) {
      changes.push({ ...part, unknownMember: 1 });
      for (const name of Object.keys(part)) changes.push(without(part, name));
    }
    return fc.constantFrom(...changes).map((change) => replaced(value, place, change));
  });
}

type Place = (string | number)[];

function placesOf(value: unknown, place: Place): Place[] {
  if (Array.isArray(value))
    return [place, ...value.slice(0, 2).flatMap((item, index) => placesOf(item, [...place, index]))];
  if (!isObject(value)) return [place];
  return [place, ...Object.entries(value).flatMap(([name, member]) => placesOf(member, [...place, name]))];
}

function at(value: unknown, place: Place): unknown {
  return place.reduce((part, key) => (part as Record<string | number, unknown>)[key], value);
}

function replaced(value: unknown, [key, ...rest]: Place, change: unknown): unknown {
  if (key === undefined) return change;
  const next = replaced((value as Record<string | number, unknown>)[key], rest, change);
  if (Array.isArray(value)) return value.with(key as number, next);
  return { ...(value as object), [key]: next };
}

function without(value: object, name: string): object {
  return Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
