import { z } from 'zod';
import { createLocalMasterKey, type MasterKey } from './keys/masterKey';

const KEY = 'must be 32 bytes in base64 or hexadecimal';

/** Marks what must not be printed, may come from a file, and is checked for strength in production. */
const secret = () => z.string().meta({ secret: 'key' });
const isKey = (text: string) => keyBytes(text).length === 32;

/** What wraps the keys, as variables of the environment: part of a service's schema. */
export const sealingConfigShape = {
  SEALING_MASTER_KEY: secret().refine(isKey, KEY).describe('Wraps the keys that seal personal text'),
  SEALING_MASTER_KEYS_OLD: secret()
    .refine((text) => keyList(text).every(isKey), KEY)
    .optional()
    .describe('Other master keys that still unwrap, comma-separated, until everything is wrapped again'),
};

/** The values of `sealingConfigShape`. */
export interface SealingEnvironment {
  SEALING_MASTER_KEY: string;
  SEALING_MASTER_KEYS_OLD?: string | undefined;
}

/**
 * The master key of an environment. To rotate: give all processes the new key among the old ones, then swap the two,
 * then wrap everything again, then take the old one away.
 */
export function masterKeyFrom(env: SealingEnvironment): MasterKey {
  return createLocalMasterKey(keyBytes(env.SEALING_MASTER_KEY), keyList(env.SEALING_MASTER_KEYS_OLD).map(keyBytes));
}

function keyList(text = ''): string[] {
  return text.split(',').filter((part) => part.trim() !== '');
}

/** Hexadecimal where it is 64 such digits, else base64 or base64url. */
function keyBytes(text: string): Buffer {
  const trimmed = text.trim();
  return Buffer.from(trimmed, /^[0-9a-f]{64}$/i.test(trimmed) ? 'hex' : 'base64');
}
