/** What a signature is checked by: of `v1` a secret, of `v1a` the public half of a key. */
export interface VerifyingKey {
  version: 'v1' | 'v1a';
  isGenuine(signature: BufferSource, signed: BufferSource): Promise<boolean>;
}

type BufferSource = Uint8Array<ArrayBuffer>;

const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const ED25519 = { name: 'Ed25519' };
const RAW_PUBLIC_BYTES = 32;

/** `whsec_…` is the base64 behind it, any other secret its text. Throws a `TypeError` on one that is none. */
export async function secretKey(secret: unknown): Promise<VerifyingKey> {
  const bytes = typeof secret === 'string' ? secretBytes(secret) : null;
  if (!bytes?.length) throw new TypeError('secret must be a text, or whsec_ and base64');
  const key = await crypto.subtle.importKey('raw', bytes, HMAC, false, ['verify']);
  // Compares in constant time, as the standard of WebCrypto's HMAC asks.
  return { version: 'v1', isGenuine: (signature, signed) => crypto.subtle.verify(HMAC, key, signature, signed) };
}

function secretBytes(secret: string): BufferSource | null {
  return secret.startsWith('whsec_') ? fromBase64(secret.slice(6)) : new TextEncoder().encode(secret);
}

/** A PEM (`openssl pkey -pubout`), `whpk_…`, or the 32 bytes in base64. Throws a `TypeError` on one that is none. */
export async function publicKeyOf(text: unknown): Promise<VerifyingKey> {
  const [form, bytes] = typeof text === 'string' ? publicBytes(text.trim()) : (['raw', null] as const);
  if (!bytes)
    throw new TypeError('publicKey must be the public half of an Ed25519 key: PEM, whpk_ and base64, or base64');
  const key = await crypto.subtle.importKey(form, bytes, ED25519, false, ['verify']).catch((cause: unknown) => {
    throw new TypeError('publicKey is no Ed25519 key, or this platform knows none', { cause });
  });
  return { version: 'v1a', isGenuine: (signature, signed) => crypto.subtle.verify(ED25519, key, signature, signed) };
}

const PEM = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----$/;

function publicBytes(text: string): readonly ['spki' | 'raw', BufferSource | null] {
  const [, pem] = PEM.exec(text) ?? [];
  if (pem !== undefined) return ['spki', fromBase64(pem.replace(/\s/g, ''))];
  const bytes = fromBase64(text.replace(/^whpk_/, ''));
  return ['raw', bytes?.length === RAW_PUBLIC_BYTES ? bytes : null];
}

/** Null for what is no base64. */
export function fromBase64(text: string): BufferSource | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
