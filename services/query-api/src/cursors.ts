import { problem } from '@threadlog/events';
import { messageCursor } from '@threadlog/read-models';

/**
 * A place in a list ordered by a time and an id. `next` goes on in the list's order, `prev` against it; the item named
 * is excluded. A position, not a count: what is inserted elsewhere moves nothing.
 */
export interface Keyset {
  direction: 'next' | 'prev';
  at: string;
  id: string;
}

/** Lists that keysets belong to; the cursor of one is refused by the others. */
const LISTS = {
  ...{ threads: 't', participants: 'p', audit: 'a', privacy: 'r', webhooks: 'w' },
  ...{ webhookAttempts: 'h', webhookDeadLetters: 'd', webhookReplays: 'y', agents: 'g' },
} as const;
export type KeysetList = keyof typeof LISTS;
/** Where ids are of a form of their own, which the database asks for. */
const NUMBER = /^\d{1,18}$/;
const IDS: { [List in KeysetList]?: RegExp } = {
  audit: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  ...{ webhookAttempts: NUMBER, webhookDeadLetters: NUMBER, webhookReplays: NUMBER },
};

const VERSION = '1';
const INDEX = /^1m(\d{1,9})$/;
const EDIT = /^1e(\d{1,9})$/;
const KEYSET = /^1([tparwhdyg])([np])(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)([A-Za-z0-9._@|+~-]{1,200})$/;

/** Cursor of a message: its index in the thread. */
export function encodeIndex(index: number): string {
  return messageCursor(index);
}

/** None where none is given. Throws `invalid_request` naming the parameter for anything that was not handed out for messages. */
export function decodeIndex(text: string | undefined, parameter: string): number | undefined {
  return decodeNumber(INDEX, text, parameter);
}

/** Cursor of a former text: after how many edits it stood there. */
export function encodeEdit(edit: number): string {
  return encode(`${VERSION}e${edit}`);
}

/** None where none is given. Throws as `decodeIndex` does, for anything that was not handed out for former texts. */
export function decodeEdit(text: string | undefined, parameter: string): number | undefined {
  return decodeNumber(EDIT, text, parameter);
}

export function encodeKeyset(list: KeysetList, { direction, at, id }: Keyset): string {
  return encode(`${VERSION}${LISTS[list]}${direction === 'next' ? 'n' : 'p'}${at}${id}`);
}

/** None where the query has no `cursor`. Throws `invalid_request` for anything that was not handed out for this list. */
export function decodeKeyset(list: KeysetList, { cursor: text }: { cursor?: string | undefined }): Keyset | null {
  if (text === undefined) return null;
  const match = KEYSET.exec(decode(text));
  if (!match || match[1] !== LISTS[list] || !(IDS[list]?.test(match[4]!) ?? true)) throw invalidCursor('cursor');
  return { direction: match[2] === 'n' ? 'next' : 'prev', at: match[3] as string, id: match[4] as string };
}

function decodeNumber(pattern: RegExp, text: string | undefined, parameter: string): number | undefined {
  if (text === undefined) return undefined;
  const match = pattern.exec(decode(text));
  if (!match) throw invalidCursor(parameter);
  return Number(match[1]);
}

function encode(plain: string): string {
  return Buffer.from(plain, 'latin1').toString('base64url');
}

/** Node decodes base64url leniently; a cursor counts only in the one spelling that we hand out. */
function decode(text: string): string {
  const plain = Buffer.from(text, 'base64url').toString('latin1');
  return encode(plain) === text ? plain : '';
}

function invalidCursor(parameter: string) {
  const message = 'is not a cursor of this list; start again without it';
  const errors = [{ pointer: `/query/${parameter}`, code: 'invalid_cursor', message }];
  return problem('invalid_request', `${parameter} ${message}`, { errors });
}
