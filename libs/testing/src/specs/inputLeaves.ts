import type { z } from 'zod';

/** One place of an input that takes a value of its own. */
export interface InputLeaf {
  /** `attachments.[].label`; `[]` is any item, `{}` any member. */
  path: string;
  schema: z.ZodType;
}

/** What the walk needs to know of a schema; zod's own types say it of each kind apart. */
export interface Definition {
  type: string;
  innerType?: z.ZodType;
  in?: z.ZodType;
  out?: z.ZodType;
  element?: z.ZodType;
  keyType?: z.ZodType;
  valueType?: z.ZodType;
  options?: readonly z.ZodType[];
  items?: readonly z.ZodType[];
  shape?: Record<string, z.ZodType>;
}

export const definitionOf = (schema: z.ZodType): Definition =>
  (schema as unknown as { _zod: { def: Definition } })._zod.def;

/** All leaves of an input's schema, arrays and records among them, however they are wrapped. */
export function inputLeaves(schema: z.ZodType, path = ''): InputLeaf[] {
  const { type, innerType, in: from, out, options } = definitionOf(schema);
  // What is read before it is checked takes what the check takes.
  const inner = innerType ?? (from && definitionOf(from).type === 'transform' ? out : from);
  const samePlace = inner ? [inner] : options;
  if (samePlace) return samePlace.flatMap((one) => inputLeaves(one, path));
  const leaves = partsOf(definitionOf(schema)).flatMap(([name, part]) =>
    inputLeaves(part, path === '' ? name : `${path}.${name}`),
  );
  return type === 'object' || type === 'tuple' ? leaves : [{ path, schema }, ...leaves];
}

function partsOf({ element, keyType, valueType, items, shape }: Definition): [string, z.ZodType][] {
  if (element) return [['[]', element]];
  if (keyType && valueType)
    return [
      ['{key}', keyType],
      ['{}', valueType],
    ];
  return Object.entries(shape ?? items ?? {}) as [string, z.ZodType][];
}

const SURROGATES = ['\ud83d', 'a\ud83d', '\udc00a', '👍\ud83d', ':\ud83d:'];
const NULS = ['\0', 'a\0', '\0a', '👍\0'];
/** Well beyond every bound of an input. */
const MANY = 250_000;
const LONG = ['a', '1', '/', ' ', '~', '-', 'é', '👍', 'A0'].map((text) => text.repeat(MANY));

/** What a leaf takes that no input may: text that a store refuses, or anything without a bound. */
export function inputFaults(schema: z.ZodType): string[] {
  return inputLeaves(schema).flatMap(({ path, schema: leaf }) => faultsOf(leaf).map((fault) => `${path} ${fault}`));
}

function faultsOf(leaf: z.ZodType): string[] {
  const takes = (values: readonly unknown[]): boolean => values.some((value) => leaf.safeParse(value).success);
  switch (definitionOf(leaf).type) {
    case 'string':
      return named({
        'takes a lone surrogate': takes(SURROGATES),
        'takes NUL': takes(NULS),
        'takes any length': takes(LONG),
      });
    case 'array':
      return named({ 'takes any number of items': !isTooBig(leaf, Array(MANY).fill(null)) });
    case 'record':
      return named({ 'takes any number of members': takes(RECORDS) });
    case 'number':
      return named({
        'takes what is no number': takes([Infinity, NaN]),
        'takes numbers that were rounded': takes([2 ** 53]),
      });
    default:
      return named({ 'takes JSON that cannot be kept': takes(hostileJson()) });
  }
}

function named(faults: Record<string, boolean>): string[] {
  return Object.keys(faults).filter((name) => faults[name]);
}

/** Items are wrong too; what counts is that the number of them is one of the faults. */
function isTooBig(leaf: z.ZodType, value: unknown): boolean {
  return leaf.safeParse(value).error?.issues.some(({ code, path }) => code === 'too_big' && path.length === 0) ?? false;
}

const letters = (number: number): string =>
  number.toString(26).replace(/[0-9]/g, (digit) => 'qrstuvwxyz'[Number(digit)]!);
const RECORDS = ['x', 1, null, {}].map((value) =>
  Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [letters(at), value])),
);

/** JSON that an input may not take anywhere, as `JSON.parse` would give it. */
function hostileJson(): unknown[] {
  const deep = (open: string, close: string) => JSON.parse(`${open.repeat(3_000)}1${close.repeat(3_000)}`) as unknown;
  return [
    { a: '\ud83d' },
    { '\udc00': 1 },
    { a: ['x\0'] },
    { '\0': 1 },
    JSON.parse('{"__proto__":{"a":1}}'),
    { a: 2 ** 53 },
    { a: 1e300 },
    deep('{"a":', '}'),
    { a: deep('[', ']') },
    { a: 'x'.repeat(MANY) },
    Object.fromEntries(Array.from({ length: 22_000 }, (_, at) => [`k${at}`, at])),
  ];
}
