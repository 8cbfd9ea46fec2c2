import { opened, type JsonSchema } from './jsonSchema';

/** Why something valid under one schema may be refused by another: where, and what about it. */
export interface Break {
  path: string;
  reason: string;
}

/**
 * How two revisions of the same version of an event disagree. Backward: readers of today meet records of then, as
 * registered. Forward: readers of then meet records of today, in their open form. Both must be empty.
 */
export function incompatibilities(former: JsonSchema, current: JsonSchema): { backward: Break[]; forward: Break[] } {
  return { backward: breaks(former, current, ''), forward: breaks(current, opened(former), '') };
}

/**
 * Whatever lets a value of `written` fail under `read`. Sound for the keywords the generator emits (it may report a
 * break where a cleverer proof would find none, never the reverse); any other keyword throws, so that it cannot go
 * blind unnoticed.
 */
export function breaks(written: JsonSchema, read: JsonSchema, path: string): Break[] {
  assertKnown(written, path);
  assertKnown(read, path);
  if (written.anyOf) return written.anyOf.flatMap((one) => breaks({ ...one, ...outer(written) }, read, path));
  const kinds = typesOf(written);
  if (kinds.length > 1) return kinds.flatMap((type) => breaks({ ...written, type }, read, path));
  if (read.anyOf) return ofAlternatives(written, read.anyOf, path);
  return CHECKS.flatMap((check) => check(written, read, path));
}

type Check = (written: JsonSchema, read: JsonSchema, path: string) => Break[];

const CHECKS: Check[] = [ofType, ofValues, ofText, ofBounds, ofItems, ofFields];

function ofAlternatives(written: JsonSchema, alternatives: JsonSchema[], path: string): Break[] {
  const outcomes = alternatives.map((one) => breaks(written, one, path));
  // The alternative that comes closest explains most.
  return outcomes.reduce((best, next) => (next.length < best.length ? next : best));
}

function ofType(written: JsonSchema, read: JsonSchema, path: string): Break[] {
  const accepted = typesOf(read);
  if (accepted.length === 0) return [];
  const [type] = typesOf(written);
  if (type && (accepted.includes(type) || (type === 'integer' && accepted.includes('number')))) return [];
  return [{ path, reason: `type changed: ${type ?? 'anything'} is written, ${accepted.join(' or ')} is read` }];
}

function ofValues(written: JsonSchema, read: JsonSchema, path: string): Break[] {
  const accepted = valuesOf(read);
  if (!accepted || typesOf(written)[0] === 'null') return [];
  const values = valuesOf(written);
  if (!values) return [{ path, reason: 'any value is written, a list of values is read' }];
  const refused = values.filter((value) => !accepted.includes(value));
  return refused.map((value) => ({ path, reason: `value ${JSON.stringify(value)} is written but not read` }));
}

/**
 * Patterns that were rewritten: what is read grew by what nobody writes. That writers keep to the former one, and that
 * the new one takes all of it, is a property that `emoji.test.ts` holds.
 */
export const REWRITTEN: readonly { former: string; current: string }[] = [
  { former: '^(?:[a-z0-9_+-]{1,64}|[^\\s\\p{L}\\p{Cc}<>&]{1,32})$', current: '^[^\\x00-\\x1f\\x7f-\\x9f <>&]{1,64}$' },
];

function isRewritten(a: string | undefined, b: string | undefined): boolean {
  return REWRITTEN.some(({ former, current }) => [former, current].includes(a!) && [former, current].includes(b!));
}

function ofText(written: JsonSchema, read: JsonSchema, path: string): Break[] {
  if (valuesOf(written) || typesOf(written)[0] !== 'string') return [];
  if (isRewritten(written.pattern, read.pattern)) return [];
  return (['pattern', 'format'] as const)
    .filter((keyword) => read[keyword] !== undefined && read[keyword] !== written[keyword])
    .map((keyword) => ({ path, reason: `${keyword} changed: ${written[keyword] ?? 'none'} to ${read[keyword]}` }));
}

const LOWER = ['minimum', 'minLength', 'minItems'] as const;
const UPPER = ['maximum', 'maxLength', 'maxItems'] as const;

function ofBounds(written: JsonSchema, read: JsonSchema, path: string): Break[] {
  if (valuesOf(written)) return [];
  const raised = LOWER.filter((bound) => (read[bound] ?? -Infinity) > (written[bound] ?? -Infinity));
  const lowered = UPPER.filter((bound) => (read[bound] ?? Infinity) < (written[bound] ?? Infinity));
  return [...raised, ...lowered]
    .filter((bound) => APPLIES[bound].includes(typesOf(written)[0] ?? ''))
    .map((bound) => ({ path, reason: `${bound} tightened: ${written[bound] ?? 'none'} to ${read[bound]}` }));
}

const APPLIES: Record<(typeof LOWER)[number] | (typeof UPPER)[number], string[]> = {
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
  minLength: ['string'],
  maxLength: ['string'],
  minItems: ['array'],
  maxItems: ['array'],
};

function ofItems(written: JsonSchema, read: JsonSchema, path: string): Break[] {
  if (!read.items || typesOf(written)[0] !== 'array') return [];
  return breaks(written.items ?? {}, read.items, `${path}/*`);
}

function ofFields(written: JsonSchema, read: JsonSchema, path: string): Break[] {
  if (typesOf(written)[0] !== 'object') return [];
  const missing = (read.required ?? [])
    .filter((name) => !written.required?.includes(name))
    .map((name) => ({ path: `${path}/${name}`, reason: 'required but not always written' }));
  const fields = Object.entries(written.properties ?? {}).flatMap(([name, field]) =>
    ofField(field, read, `${path}/${name}`, name),
  );
  return [...missing, ...fields, ...ofRest(written, read, path)];
}

function ofField(written: JsonSchema, read: JsonSchema, path: string, name: string): Break[] {
  const known = read.properties?.[name];
  if (known) return breaks(written, known, path);
  return read.additionalProperties === false ? [{ path, reason: 'removed: written but not known' }] : [];
}

function ofRest(written: JsonSchema, read: JsonSchema, path: string): Break[] {
  if (read.additionalProperties !== false || written.additionalProperties === false) return [];
  return [{ path, reason: 'closed: unknown fields are written but not read' }];
}

function typesOf(schema: JsonSchema): string[] {
  if (schema.type === undefined) return [];
  return Array.isArray(schema.type) ? schema.type : [schema.type];
}

function valuesOf(schema: JsonSchema): unknown[] | undefined {
  return schema.const === undefined ? schema.enum : [schema.const];
}

function outer(schema: JsonSchema): JsonSchema {
  const { anyOf: _alternatives, ...rest } = schema;
  return rest;
}

const KNOWN = new Set(
  [
    '$schema',
    '$id',
    'title',
    'description',
    'type',
    'const',
    'enum',
    'anyOf',
    'properties',
    'required',
    'items',
  ].concat(['additionalProperties', 'pattern', 'format', ...LOWER, ...UPPER]),
);

function assertKnown(schema: JsonSchema, path: string): void {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  const { additionalProperties: rest } = schema;
  if (typeof rest === 'object') unknown.push('additionalProperties as a schema');
  if (unknown.length > 0)
    throw new Error(`${path || '/'}: the compatibility check does not know ${unknown.join(', ')}`);
}
