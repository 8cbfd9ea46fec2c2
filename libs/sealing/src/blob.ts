import type { Sealed } from '@threadlog/events';
import { SealingError } from './errors';

/**
 * Layout of a blob, `v1.` + base64url of:
 * flags (1: which keys it needs) | key ids (16 each, author, thread, learner) | event id (16) | nonce (12) | text | tag (16).
 * Everything before the nonce is authenticated as additional data.
 */
export const SLOTS = ['author', 'thread', 'learner'] as const;
export type Slot = (typeof SLOTS)[number];

export const ID_BYTES = 16;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const PREFIX = 'v1.';
const KNOWN_FLAGS = 0b111;
/** Number of keys by flags. */
const KEY_COUNT = [0, 1, 1, 2, 1, 2, 2, 3];

/** A blob taken apart; the buffers are views of one. */
export interface Blob {
  bytes: Buffer;
  /** End of flags and key ids. */
  keysEnd: number;
  /** End of the event id: the authenticated header is everything before. */
  headerEnd: number;
}

/** Flags and key ids, by slot in order: the part of the header that all blobs of one scope share. */
export function encodeKeyPart(ids: readonly (Buffer | null)[]): Buffer {
  const flags = ids.reduce((sum, id, index) => (id ? sum | (1 << index) : sum), 0);
  return Buffer.concat([Buffer.of(flags), ...ids.filter((id) => id !== null)]);
}

/** The same part of a blob, as a map key. */
export function keyPartOf({ bytes, keysEnd }: Pick<Blob, 'bytes' | 'keysEnd'>): string {
  return bytes.toString('latin1', 0, keysEnd);
}

export function encodeBlob(bytes: Buffer): Sealed {
  return { sealed: PREFIX + bytes.toString('base64url') };
}

/** Throws SealingError `tampered` on anything but what `encodeBlob` gives, other spellings of the same bytes included. */
export function decodeBlob({ sealed }: Sealed): Blob {
  const body = sealed.startsWith(PREFIX) ? sealed.slice(PREFIX.length) : '';
  const bytes = Buffer.from(body, 'base64url');
  const flags = bytes[0] ?? 0;
  const keysEnd = 1 + ID_BYTES * (KEY_COUNT[flags] ?? 0);
  const headerEnd = keysEnd + ID_BYTES;
  const known = flags > 0 && flags <= KNOWN_FLAGS;
  // Node's decoder skips what it does not know; only the round trip proves that nothing was added or respelled.
  if (!known || bytes.length < headerEnd + NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== body)
    throw new SealingError('tampered', 'not a sealed value of version 1');
  return { bytes, keysEnd, headerEnd };
}

/**
 * Bytes of a sealed value as JSON, which sealing does not hide: what is empty can be told without its keys. Null for what is
 * not a blob of version 1.
 */
export function sealedBytes({ sealed }: Sealed): number | null {
  const body = sealed.startsWith(PREFIX) ? sealed.slice(PREFIX.length) : '';
  const flags = Buffer.from(body.slice(0, 2), 'base64url')[0] ?? 0;
  const keys = flags > 0 && flags <= KNOWN_FLAGS ? KEY_COUNT[flags] : undefined;
  if (keys === undefined) return null;
  const bytes = Buffer.byteLength(body, 'base64url') - (1 + ID_BYTES * keys + ID_BYTES + NONCE_BYTES + TAG_BYTES);
  return bytes >= 0 ? bytes : null;
}

/** Characters of a blob that hold its flags and key ids, and more. */
const KEY_PART_CHARACTERS = 68;

/**
 * Flags and key ids alone, for loading keys: a fraction of the work of `decodeBlob`, which whoever opens the blob does
 * anyway. So this throws SealingError `tampered` where there can be no keys, and lets everything else pass.
 */
export function decodeKeyPart({ sealed }: Sealed): Pick<Blob, 'bytes' | 'keysEnd'> {
  const body = sealed.startsWith(PREFIX) ? sealed.slice(PREFIX.length, PREFIX.length + KEY_PART_CHARACTERS) : '';
  const bytes = Buffer.from(body, 'base64url');
  const flags = bytes[0] ?? 0;
  const keysEnd = 1 + ID_BYTES * (KEY_COUNT[flags] ?? 0);
  if (flags === 0 || flags > KNOWN_FLAGS || bytes.length < keysEnd)
    throw new SealingError('tampered', 'not a sealed value of version 1');
  return { bytes, keysEnd };
}

/** UUIDs of the keys that a blob needs. */
export function keyIdsOf({ bytes, keysEnd }: Pick<Blob, 'bytes' | 'keysEnd'>): string[] {
  const ids: string[] = [];
  for (let at = 1; at < keysEnd; at += ID_BYTES) ids.push(uuidOf(bytes.subarray(at, at + ID_BYTES)));
  return ids;
}

/** UUIDs of the keys that a sealed value needs. Throws SealingError `tampered` where there can be none. */
export function sealedKeyIds(sealed: Sealed): string[] {
  return keyIdsOf(decodeKeyPart(sealed));
}

/** Which slots a blob's key ids fill, in order. */
export function slotsOf({ bytes }: Blob): Slot[] {
  return SLOTS.filter((_, index) => (bytes[0] ?? 0) & (1 << index));
}

export function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  if (bytes.length !== ID_BYTES) throw new SealingError('tampered', 'an id is not a UUID');
  return bytes;
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
