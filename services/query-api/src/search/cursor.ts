import { problem } from '@threadlog/events';
import type { SearchCursor, TimePlace } from '../ports';

const AT = String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([A-Za-z0-9._@|+~-]{1,200})`;
const BELOW = new RegExp(`^1sb ${AT}$`);
const IN = new RegExp(`^1si (\\d{1,9}) ${AT} ${AT} ${AT}$`);

export function encodeSearchCursor(cursor: SearchCursor): string {
  const place = ({ at, threadId }: TimePlace): string => `${at} ${threadId}`;
  const plain =
    cursor.kind === 'below'
      ? `1sb ${place(cursor.lower)}`
      : `1si ${cursor.score} ${place(cursor.upper)} ${place(cursor.lower)} ${place(cursor.last)}`;
  return Buffer.from(plain, 'latin1').toString('base64url');
}

/** Throws `invalid_request` for anything that no search handed out. */
export function decodeSearchCursor(text: string): SearchCursor {
  const plain = Buffer.from(text, 'base64url').toString('latin1');
  const placeOf = (match: RegExpExecArray, index: number): TimePlace => ({
    at: match[index]!,
    threadId: match[index + 1]!,
  });
  const below = BELOW.exec(plain);
  if (below) return { kind: 'below', lower: placeOf(below, 1) };
  const inside = IN.exec(plain);
  if (!inside) {
    const message = 'is not a cursor of a search; start again without it';
    const errors = [{ pointer: '/query/cursor', code: 'invalid_cursor', message }];
    throw problem('invalid_request', `cursor ${message}`, { errors });
  }
  return {
    kind: 'in',
    score: Number(inside[1]),
    upper: placeOf(inside, 2),
    lower: placeOf(inside, 4),
    last: placeOf(inside, 6),
  };
}
