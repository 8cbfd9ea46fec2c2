import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { SealingError } from '../errors';

/**
 * Wraps keys for storage. A KMS fits behind it; the context (which key this is) must be bound to the result, so that
 * wrapped keys cannot change places.
 */
export interface MasterKey {
  /** Version that wraps new keys. */
  readonly version: string;
  wrap(key: Buffer, context: string): Promise<Buffer>;
  /** Rejects with SealingError `master_key` when the version is unknown or the bytes were altered. */
  unwrap(wrapped: Buffer, version: string, context: string): Promise<Buffer>;
}

const NONCE = 12;
const TAG = 16;

/**
 * Master keys held in this process: AES-256-GCM, the first wraps, all unwrap. A version is a fingerprint of its key,
 * so nobody has to number them. Keys are 32 random bytes each.
 */
export function createLocalMasterKey(current: Buffer, older: readonly Buffer[] = []): MasterKey {
  const keys = new Map<string, KeyObject>();
  for (const key of [current, ...older]) {
    if (key.length !== 32) throw new SealingError('master_key', 'a master key must have 32 bytes');
    keys.set(versionOf(key), createSecretKey(key));
  }
  const version = versionOf(current);
  const keyOf = (wanted: string): KeyObject => {
    const key = keys.get(wanted);
    if (!key) throw new SealingError('master_key', `the master key of version ${wanted} is not configured`);
    return key;
  };
  return {
    version,
    async wrap(key, context) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', keyOf(version), nonce).setAAD(Buffer.from(context));
      return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
    },
    async unwrap(wrapped, wanted, context) {
      const key = keyOf(wanted);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, NONCE), { authTagLength: TAG });
        decipher.setAAD(Buffer.from(context)).setAuthTag(wrapped.subarray(-TAG));
        // GCM gives all of it here, in memory of its own: keys are kept, and overwritten when they are dropped.
        const unwrapped = decipher.update(wrapped.subarray(NONCE, -TAG));
        decipher.final();
        return unwrapped;
      } catch (cause) {
        throw new SealingError('master_key', 'a wrapped key was altered or belongs elsewhere', { cause });
      }
    },
  };
}

function versionOf(key: Buffer): string {
  return createHash('sha256').update('threadlog master key\0').update(key).digest('hex').slice(0, 16);
}
