import type { z } from 'zod';
import { definitionOf, inputLeaves } from './inputLeaves';

/** JSON texts that somebody may put in the place of any value of a request, by what is wrong with them. */
export const HOSTILE_JSON: Readonly<Record<string, string>> = {
  'half a surrogate pair': '"\\ud83d"',
  'the other half in a text': '"a\\udc00b"',
  NUL: '"\\u0000"',
  'NUL in a text': '"a\\u0000b"',
  'an empty text': '""',
  'one dot': '"."',
  'two dots': '".."',
  'a prototype': '"__proto__"',
  'a text of direction marks': '"\\u202e\\u2066\\u200b\\ufeff"',
  'a noncharacter': '"\\uffff"',
  'a long text': JSON.stringify('x'.repeat(100_000)),
  'a long text of emoji': JSON.stringify('👍'.repeat(20_000)),
  'a time past the last year': '"9999-12-31T23:59:59-01:00"',
  'a time before the first year': '"0001-01-01T00:00:00+01:00"',
  'the year zero': '"0000-01-01T00:00:00Z"',
  'the last second there is': '"9999-12-31T23:59:59Z"',
  'a time of no day': '"2026-02-30T00:00:00Z"',
  'minus one': '-1',
  'half a number': '0.5',
  'a number that was rounded': '9007199254740993',
  'a number beyond all': '1e400',
  nothing: 'null',
  'a truth': 'true',
  'a list': '[]',
  'an object': '{}',
  'an own __proto__': '{"__proto__":{"a":1},"constructor":{"prototype":{}}}',
  'an object of bad text': '{"a":"\\ud83d","\\udc00":1,"b":["\\u0000"]}',
  'lists in lists': `${'['.repeat(2_400)}${']'.repeat(2_400)}`,
  'objects in objects': `${'{"a":'.repeat(2_400)}1${'}'.repeat(2_400)}`,
  'many items': `[${'"x",'.repeat(22_000)}"x"]`,
  'many members': `{${Array.from({ length: 22_000 }, (_, at) => `"k${at}":0`).join()}}`,
};

/** Values that leaves of requests take, one of which each of them takes. */
const FRIENDLY: readonly unknown[] = [
  'hello',
  '👍',
  '2026-06-01T00:00:00Z',
  '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11',
  'a'.repeat(64),
  'v1.AAAA',
  '2026-06-01T00:00:00.000000Z',
  1,
  true,
  null,
  { a: 1 },
  ['hello'],
  '1',
];

/** A value that a schema takes, with everything in it that it can hold; undefined where none was found. */
export function sampleOf(schema: z.ZodType): unknown {
  const {
    type,
    innerType,
    in: from,
    options,
    element,
    shape,
    valueType,
  } = definitionOf(schema) as ReturnType<typeof definitionOf> & {
    entries?: Record<string, unknown>;
    values?: unknown[];
  };
  const inner = innerType ?? from;
  if (inner) return sampleOf(inner);
  if (options) return options.map(sampleOf).find((value) => value !== undefined && value !== null);
  if (shape) return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, sampleOf(field)]));
  if (element) return [sampleOf(element)];
  if (valueType) return { hello: sampleOf(valueType) };
  return [...FRIENDLY, ...listed(schema, type)].find((value) => schema.safeParse(value).success);
}

function listed(schema: z.ZodType, type: string): unknown[] {
  const { entries, values } = definitionOf(schema) as { entries?: Record<string, unknown>; values?: unknown[] };
  return type === 'enum' ? Object.values(entries ?? {}) : (values ?? []);
}

export interface HostileInput {
  /** Where, and what. */
  name: string;
  json: string;
}

const MARK = '@@hostile@@';

/**
 * Every leaf of an input with every hostile value in its place, in an input that is sound otherwise: `base` where it is
 * given, else one with everything that the schema knows.
 */
export function hostileInputs(schema: z.ZodType, base: unknown = sampleOf(schema)): HostileInput[] {
  const places = new Set(inputLeaves(schema).map(({ path }) => path));
  return [...places, ''].flatMap((path) =>
    Object.entries(HOSTILE_JSON).map(([what, hostile]) => {
      const marked = JSON.stringify(path === '' ? MARK : withMark(base, path.split('.')));
      return { name: `${path || 'the whole'}: ${what}`, json: marked.replace(`"${MARK}"`, () => hostile) };
    }),
  );
}

/** A copy with the mark at a path, whose lists and objects are made where they are missing. */
function withMark(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return MARK;
  if (name === '[]') return [withMark(Array.isArray(value) ? value[0] : undefined, rest)];
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const key = name === '{}' || name === '{key}' ? 'hello' : name;
  return { ...object, [key]: withMark((object as Record<string, unknown>)[key], rest) };
}
