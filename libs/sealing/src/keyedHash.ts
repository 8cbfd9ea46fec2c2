import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import { SealingError } from './errors';
import type { LoadedKey } from './keys/keySource';

/** HMAC-SHA256 (base64url) under a key derived from `key`; purposes do not mix. Throws where the key is not at hand. */
export function keyedHash(key: LoadedKey | undefined, purpose: string, text: string): string {
  if (!key?.bytes) throw new SealingError('key_missing', 'the key for this hash is not prepared, or destroyed');
  key.hmacKey ??= createSecretKey(Buffer.from(hkdfSync('sha256', key.bytes, '', 'threadlog hmac v1', 32)));
  return createHmac('sha256', key.hmacKey).update(`${purpose.length}:${purpose}${text}`).digest('base64url');
}
