import { parse } from 'node:querystring';

/**
 * Query parameters as strings, or lists where one was sent twice with different values: proxies that append what is
 * already there must not turn a value into a list.
 */
export function parseQuery(text: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(parse(text))) {
    if (value === undefined || name === '__proto__') continue;
    const distinct = Array.isArray(value) ? [...new Set(value)] : [value];
    query[name] = distinct.length === 1 ? (distinct[0] as string) : distinct;
  }
  return query;
}
