import type { TenantId } from '@threadlog/events';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock';

/** Keys that the store was asked for and does not have: lost with it, or not in the backup that was brought back. */
export interface MissingKeys {
  /** What the store said of a key just now. */
  note(tenantId: TenantId, keyId: string, found: boolean): void;
  /** Whether it is missing, as far as was known within the life of a key. */
  has(tenantId: TenantId, keyId: string): boolean;
  /** Whether that was found out so lately that asking again is of no use. */
  isFresh(tenantId: TenantId, keyId: string): boolean;
}

export interface MissingKeysOptions {
  clock: Clock;
  ttlMs: number;
  maxKeys: number;
  /** Told of each key once, for as long as it is remembered. */
  onMissing?: ((tenantId: TenantId, keyId: string) => void) | undefined;
}

/** Milliseconds after which a missing key is asked for again: a backup of the store may have been brought back. */
const ASK_AGAIN_MS = 5_000;

export function createMissingKeys({ clock, ttlMs, maxKeys, onMissing }: MissingKeysOptions): MissingKeys {
  /** Clock reading of when the store was last asked. */
  const asked = new LRUCache<string, number>({ max: maxKeys });
  const nameOf = (tenantId: TenantId, keyId: string) => `${tenantId}/${keyId}`;
  const isYounger = (tenantId: TenantId, keyId: string, ms: number): boolean => {
    const at = asked.get(nameOf(tenantId, keyId));
    return at !== undefined && clock() - at < ms;
  };
  return {
    note(tenantId, keyId, found) {
      const name = nameOf(tenantId, keyId);
      if (found) return void asked.delete(name);
      if (!asked.has(name)) onMissing?.(tenantId, keyId);
      asked.set(name, clock());
    },
    has: (tenantId, keyId) => isYounger(tenantId, keyId, ttlMs),
    isFresh: (tenantId, keyId) => isYounger(tenantId, keyId, Math.min(ASK_AGAIN_MS, ttlMs / 2)),
  };
}
