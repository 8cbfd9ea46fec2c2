import type { TenantId } from '@threadlog/events';
import type { KeyName, KeyStore, MonthQuery, ThreadMonth } from './keyStore';
import { nameKey } from './names';

/** Questions to the key store itself, past every cache. */
export interface KeyLookUps {
  /** Months of threads whose key is still there, oldest first. */
  monthsBefore(tenantId: TenantId, query: MonthQuery): Promise<ThreadMonth[]>;
  /**
   * Which of these names have ended: their newest key is closed or destroyed. A name that never had a key has not, nor
   * has one that was let in again. Told as `nameKey`s.
   */
  endedAmong(tenantId: TenantId, names: readonly KeyName[]): Promise<ReadonlySet<string>>;
  /** Which of these keys the store does not have at all, not even as destroyed. */
  missingAmong(tenantId: TenantId, keyIds: readonly string[]): Promise<string[]>;
}

export function createKeyLookUps(store: Pick<KeyStore, 'monthsBefore' | 'newest' | 'byIds'>): KeyLookUps {
  return {
    monthsBefore: (tenantId, query) => store.monthsBefore(tenantId, query),
    async endedAmong(tenantId, names) {
      if (names.length === 0) return new Set();
      const newest = await store.newest(tenantId, names);
      return new Set(newest.filter(({ state }) => state !== 'open').map(nameKey));
    },
    async missingAmong(tenantId, keyIds) {
      if (keyIds.length === 0) return [];
      const found = new Set((await store.byIds(tenantId, keyIds)).map(({ keyId }) => keyId));
      return keyIds.filter((keyId) => !found.has(keyId));
    },
  };
}
