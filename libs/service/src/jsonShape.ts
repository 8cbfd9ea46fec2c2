import { LIMITS, problem } from '@threadlog/events';

/** How much JSON is looked at before any schema sees it. */
export interface JsonBounds {
  /** Levels of lists and objects. */
  depth: number;
  /** Values of all kinds, however nested. */
  values: number;
}

export const JSON_BOUNDS: JsonBounds = { depth: LIMITS.jsonDepth, values: LIMITS.jsonValues };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Refuses JSON that is nested deeper, or holds more values, than any request needs, by its bytes alone: it is not
 * parsed, and nothing is kept of it. What is no JSON at all is left to the parser.
 */
export function requireJsonText(bytes: Uint8Array, bounds = JSON_BOUNDS): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        values += 1;
        requireBounds(depth, values, bounds);
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
        values += 1;
        requireBounds(depth, values, bounds);
    }
  }
}

/** Where the string that begins at `start` ends: at a quote with an even number of backslashes in front of it. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return bytes.length;
}

/** The same for JSON that somebody else has parsed already. Walks without recursion. */
export function requireJsonValue(value: unknown, bounds = JSON_BOUNDS): void {
  let level: readonly unknown[] = [value];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: unknown[] = [];
    for (const one of level) {
      values += 1;
      if (typeof one !== 'object' || one === null || ArrayBuffer.isView(one)) continue;
      requireBounds(depth + 1, values, bounds);
      for (const member of Array.isArray(one) ? (one as unknown[]) : Object.values(one)) below.push(member);
    }
    requireBounds(0, values, bounds);
    level = below;
  }
}

function requireBounds(depth: number, values: number, bounds: JsonBounds): void {
  if (depth > bounds.depth) throw problem('invalid_request', `JSON may be nested at most ${bounds.depth} levels.`);
  if (values > bounds.values) throw problem('invalid_request', `JSON may hold at most ${bounds.values} values.`);
}
