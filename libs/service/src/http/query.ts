import { problem } from '@threadlog/events';
import { isUtf8 } from 'node:buffer';
import querystring from 'node:querystring';

/**
 * Query parameters as strings, or lists where one was sent twice with different values: proxies that append what is
 * already there must not turn a value into a list. Throws `invalid_request` for what is not UTF-8: decoding would change it.
 */
export function parseQuery(text: string | null): Record<string, string | string[]> {
  if (text?.includes('%') && !isUtf8(bytesOf(text))) {
    throw problem('invalid_request', 'The query is not percent-encoded UTF-8.');
  }
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(querystring.parse(text ?? ''))) {
    if (value === undefined || name === '__proto__') continue;
    const distinct = Array.isArray(value) ? [...new Set(value)] : [value];
    query[name] = distinct.length === 1 ? (distinct[0] as string) : distinct;
  }
  return query;
}

/** Node's own way to the bytes of an escaped text; its types leave it out. */
const bytesOf = (querystring as unknown as { unescapeBuffer(text: string): Buffer }).unescapeBuffer;
