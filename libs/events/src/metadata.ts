import { z } from 'zod';
import type { JsonObject } from './catalogue/values';
import { isStorableText, STORABLE_PATTERN, STORABLE_TEXT } from './text';

type Path = (string | number)[];

export interface JsonFault {
  path: Path;
  message: string;
}

/** Containers on the way to a value, innermost first; paths are written out only where there is a fault. */
interface Place {
  value: unknown;
  key: string | number | null;
  above: Place | null;
  depth: number;
}

/**
 * The first thing of a JSON value that could not be kept as it is: nested too deep, text that no store takes, a number
 * that was rounded when it was read, a key that programs take for something else. Walks without recursion.
 */
export function jsonFault(value: unknown, maxDepth: number): JsonFault | null {
  const open: Place[] = [{ value, key: null, above: null, depth: 0 }];
  for (let place = open.pop(); place; place = open.pop()) {
    const message = faultAt(place, maxDepth, open);
    if (message !== null) return { path: pathOf(place), message };
  }
  return null;
}

function faultAt(place: Place, maxDepth: number, open: Place[]): string | null {
  const { value } = place;
  const named = nameFault(place.key);
  if (named !== null || value === null) return named;
  switch (typeof value) {
    case 'string':
      return isStorableText(value) ? null : STORABLE_TEXT;
    case 'number':
      return numberFault(value);
    case 'boolean':
      return null;
    case 'object':
      return place.depth >= maxDepth ? `must be nested at most ${maxDepth} levels` : openMembers(value, place, open);
    default:
      return 'must be JSON';
  }
}

function nameFault(key: string | number | null): string | null {
  if (typeof key !== 'string') return null;
  if (key === '__proto__') return 'must not be named __proto__';
  return isStorableText(key) ? null : `its name ${STORABLE_TEXT}`;
}

/** Members in reverse, so that the first fault in the order of the text is found. */
function openMembers(value: object, above: Place, open: Place[]): string | null {
  const depth = above.depth + 1;
  if (Array.isArray(value)) {
    for (let key = value.length - 1; key >= 0; key -= 1) open.push({ value: value[key], key, above, depth });
    return null;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return 'must be JSON';
  const names = Object.keys(value);
  for (let at = names.length - 1; at >= 0; at -= 1) {
    const key = names[at]!;
    const member = (value as Record<string, unknown>)[key];
    // Not JSON, but left out where it is written.
    if (member !== undefined) open.push({ value: member, key, above, depth });
  }
  return null;
}

/** Beyond 2^53 neighbouring whole numbers are one number: what was sent is not what would be kept. */
function numberFault(value: number): string | null {
  if (!Number.isFinite(value)) return 'must be a finite number';
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? null : 'must be within ±(2^53 - 1); send larger numbers as text';
}

function pathOf(place: Place): Path {
  const path: Path = [];
  for (let at: Place | null = place; at; at = at.above) if (at.key !== null) path.push(at.key);
  return path.reverse();
}

const utf8 = new TextEncoder();

const JSON_MEMBERS = {
  type: 'object',
  propertyNames: { pattern: STORABLE_PATTERN, not: { const: '__proto__' } },
  additionalProperties: { $ref: '#/components/schemas/JsonValue' },
} as const;

/** What JSON Schema can say of what `jsonFault` passes; a component of the documents that describe requests. */
export const JSON_VALUE_SCHEMA = {
  anyOf: [
    { type: 'string', pattern: STORABLE_PATTERN },
    { type: 'number', minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    { type: 'boolean' },
    { type: 'null' },
    { type: 'array', items: JSON_MEMBERS.additionalProperties },
    JSON_MEMBERS,
  ],
  description: 'JSON that is kept exactly as it was sent; larger numbers are sent as text.',
} as const;

/** Free JSON of the tenant's own: an object, bounded in bytes and depth, kept exactly as it was sent. */
export function jsonObjectSchema({
  bytes,
  depth,
}: {
  bytes: number;
  depth: number;
}): z.ZodType<JsonObject, JsonObject> {
  // Not a record of JSON values: that would visit them one by one without an end, and pass over `__proto__` in silence.
  const schema = z.unknown().superRefine((value, context) => {
    const fault = isObject(value) ? jsonFault(value, depth) : { path: [], message: 'must be an object' };
    if (fault) context.addIssue({ code: 'custom', ...fault });
    else if (utf8.encode(JSON.stringify(value)).length > bytes)
      context.addIssue({ code: 'custom', message: `must be at most ${bytes} bytes of JSON` });
  });
  return schema.meta({
    ...JSON_MEMBERS,
    description: `Free JSON: at most ${bytes} bytes of it as UTF-8 without blanks, nested at most ${depth} levels.`,
  }) as unknown as z.ZodType<JsonObject, JsonObject>;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
