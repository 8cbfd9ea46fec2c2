import { ChatError } from '../errors.ts';

/** What a query parameter may be; undefined and null are left out. */
export type QueryValue = string | number | boolean | readonly string[] | null | undefined;

/**
 * A path out of fixed parts and ids. What URLs would resolve (`..`) or cannot carry never becomes a part: it would be
 * another path, and a DELETE of a message that of its thread.
 */
export function path(parts: TemplateStringsArray, ...ids: string[]): string {
  return parts.reduce((whole, part, at) => whole + segment(ids[at - 1]) + part);
}

function segment(id: string | undefined): string {
  if (typeof id !== 'string' || /^\.{0,2}$/.test(id)) throw invalid(`${JSON.stringify(id) ?? 'undefined'} is no id.`);
  try {
    return encodeURIComponent(id);
  } catch (cause) {
    throw invalid('An id has half of a surrogate pair.', cause);
  }
}

export function queryString(query: Record<string, QueryValue> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text && `?${text}`;
}

const invalid = (message: string, cause?: unknown) => new ChatError('invalid_request', message, { status: 400, cause });
