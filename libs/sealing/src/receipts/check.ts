import { canonicalJson } from './canonicalJson';

/** What precedes a raw key in SubjectPublicKeyInfo, for Ed25519 (RFC 8410). */
const SPKI_PREFIX = bytesOfHex('302a300506032b6570032100');
const RAW_BYTES = 32;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const PEM = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/;

/** What a signature of a receipt is about, and what it claims. */
export interface SignedReceipt {
  /** Names the key: see `keyIdOf`. */
  keyId: string;
  value: Uint8Array<ArrayBuffer>;
  /** What was signed: the canonical JSON of everything but the signature, fields of later versions included. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** Throws TypeError on what carries no signature of ours. */
export function signedReceipt(receipt: unknown): SignedReceipt {
  const { signature, ...signed } = (receipt ?? {}) as Record<string, unknown>;
  const { alg, keyId, value } = (signature ?? {}) as Record<string, unknown>;
  if (alg !== 'Ed25519' || typeof keyId !== 'string' || typeof value !== 'string' || !BASE64.test(value))
    throw new TypeError('a receipt carries a signature with Ed25519');
  return { keyId, value: bytesOf(value), bytes: new TextEncoder().encode(canonicalJson(signed)) };
}

/**
 * SubjectPublicKeyInfo of an Ed25519 key that is given as PEM, or as its raw 32 bytes in base64 or hexadecimal. Throws TypeError on
 * anything else.
 */
export function publicKeyDer(text: string): Uint8Array<ArrayBuffer> {
  const pem = PEM.exec(text.replaceAll('\\n', '\n'));
  const der = pem ? bytesOf(pem[1]!.replace(/\s/g, '')) : joined(SPKI_PREFIX, rawOf(text.trim()));
  const isKey = der.length === SPKI_PREFIX.length + RAW_BYTES && SPKI_PREFIX.every((byte, at) => der[at] === byte);
  if (!isKey) throw new TypeError('a public key is an Ed25519 key as PEM, or its 32 bytes in base64');
  return der;
}

/** Names a public key, by the SHA-256 of its SubjectPublicKeyInfo: 16 hexadecimal digits. */
export const keyIdOf = (sha256: Uint8Array): string =>
  Array.from(sha256.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');

export type ReceiptCheck =
  | { valid: true; keyId: string }
  /** `malformed`: no receipt. `unknown_key`: signed by another key. `forged`: altered since. */
  | { valid: false; reason: 'malformed' | 'unknown_key' | 'forged'; detail: string };

/**
 * Whether a receipt is as it was signed, by WebCrypto: in a browser, offline, by the public key alone. Whether it has all that one
 * should is `verifyReceipt`'s question. Rejects with TypeError where the public key is none.
 */
export async function checkReceipt(receipt: unknown, publicKey: string): Promise<ReceiptCheck> {
  const der = publicKeyDer(publicKey);
  let signed: SignedReceipt;
  try {
    signed = signedReceipt(receipt);
  } catch (error) {
    return { valid: false, reason: 'malformed', detail: (error as Error).message };
  }
  const { subtle } = globalThis.crypto;
  const keyId = keyIdOf(new Uint8Array(await subtle.digest('SHA-256', der)));
  if (signed.keyId !== keyId) return unknownKey(signed.keyId);
  const key = await subtle.importKey('spki', der, 'Ed25519', false, ['verify']);
  return (await subtle.verify('Ed25519', key, signed.value, signed.bytes)) ? { valid: true, keyId } : FORGED;
}

type NotValid = Extract<ReceiptCheck, { valid: false }>;

export const unknownKey = (keyId: string): NotValid => ({
  ...{ valid: false, reason: 'unknown_key', detail: `signed by key ${keyId}` },
});
export const FORGED: NotValid = {
  ...{ valid: false, reason: 'forged', detail: 'the signature does not belong to this text' },
};

function rawOf(text: string): Uint8Array {
  if (/^[0-9a-f]{64}$/i.test(text)) return bytesOfHex(text);
  return BASE64.test(text) ? bytesOf(text) : new Uint8Array();
}

/** Of base64 in either alphabet. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  // No text of bytes is so long.
  if (plain.length % 4 === 1) return new Uint8Array();
  return Uint8Array.from(atob(plain), (char) => char.charCodeAt(0));
}

function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
