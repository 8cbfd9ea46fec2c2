/**
 * The one way to write a value as JSON (RFC 8785): no white space, names sorted by their UTF-16 code units, numbers and
 * strings as ECMAScript writes them. Throws TypeError on what has no such form: `undefined` within arrays, numbers that
 * are not finite, text that is no Unicode, other types. Fields that are `undefined` are left out, as JSON does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) return ofObject(value as Record<string, unknown>);
  return ofScalar(value);
}

function ofScalar(value: unknown): string {
  if (typeof value === 'string' && !value.isWellFormed()) throw new TypeError('canonical JSON holds Unicode text only');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('canonical JSON holds finite numbers');
  if (value === null || ['string', 'boolean', 'number'].includes(typeof value)) return JSON.stringify(value);
  throw new TypeError(`canonical JSON cannot hold a value of type ${typeof value}`);
}

function ofObject(value: Record<string, unknown>): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('canonical JSON holds plain objects');
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  // The default order of sort is by UTF-16 code units, which is the one that the RFC asks for.
  return `{${names
    .sort()
    .map((name) => `${canonicalJson(name)}:${canonicalJson(value[name])}`)
    .join(',')}}`;
}
