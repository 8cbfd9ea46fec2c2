import { problem, type TenantId } from '@threadlog/events';
import { createHash } from 'node:crypto';
import { newKey } from './keySource';
import {
  MAX_LISTED,
  type KeyKind,
  type KeyRecord,
  type KeyState,
  type KeyStore,
  type KeyTarget,
  type ListedKey,
} from './keyStore';
import { nameOfTarget } from './names';
import type { MasterKey } from './masterKey';

/** Evidence about one key, fit for receipts and events: it names the key and its state, never what it was. */
export interface KeyEvidence {
  keyId: string;
  kind: KeyKind;
  state: KeyState;
  /** SHA-256 (hex) of key id and state. */
  fingerprint: string;
  destroyedAt: Date | null;
  /** Destruction is final in backups too once this version of the master key is destroyed; null if there never was a key. */
  masterVersion: string | null;
}

/** Ends and renews keys. Each step can be repeated. */
export interface KeyAdmin {
  /**
   * Nothing is sealed under these keys any more: here at once, in other processes when their caches let go, at most
   * the time to live later. Wait that long before `destroy`, so that nothing acknowledged is lost half-way.
   */
  close(tenantId: TenantId, target: KeyTarget): Promise<KeyEvidence[]>;
  /** Overwrites the keys for ever. Other processes may open with cached copies for at most the time to live. */
  destroy(tenantId: TenantId, target: KeyTarget): Promise<KeyEvidence[]>;
  /** The target's keys as they are: for looking, and for proofs. Reads the store. */
  keysOf(tenantId: TenantId, target: KeyTarget): Promise<KeyEvidence[]>;
  /** The same keys as the erasure list names them; those destroyed already are left out. Reads the store. */
  listOf(tenantId: TenantId, target: KeyTarget): Promise<ListedKey[]>;
  /**
   * Destroys exactly these keys, in chunks; ones that the store does not know get a destroyed row, so that none can be
   * made in their place. Keys of later generations stay. Returns how many were not destroyed before.
   */
  destroyListed(keys: readonly ListedKey[]): Promise<number>;
  /** State of the target's own key; `none` when it never had one. Reads the store. */
  stateOf(tenantId: TenantId, target: KeyTarget): Promise<KeyState | 'none'>;
  /** Gives an erased subject a new key; what was sealed before stays erased. Rejects with `conflict` while the old key is only closed. */
  readmit(tenantId: TenantId, subjectId: string): Promise<void>;
}

export interface KeyAdminOptions {
  store: KeyStore;
  masterKey: MasterKey;
  /** Drops keys from this process, and tells those who pass it on. */
  ended(tenantId: TenantId, keyIds: readonly string[]): void;
}

export function createKeyAdmin({ store, masterKey, ended: tell }: KeyAdminOptions): KeyAdmin {
  const ended = (tenantId: TenantId, records: KeyRecord[]): KeyEvidence[] => {
    tell(
      tenantId,
      records.map((record) => record.keyId),
    );
    return records.map(evidenceOf);
  };

  return {
    close: async (tenantId, target) => ended(tenantId, await store.close(tenantId, target)),
    destroy: async (tenantId, target) => ended(tenantId, await store.destroy(tenantId, target)),
    keysOf: async (tenantId, target) => (await store.of(tenantId, target)).map(evidenceOf),
    listOf: async (tenantId, target) =>
      (await store.of(tenantId, target)).filter(({ state }) => state !== 'destroyed').map(listed),
    async destroyListed(keys) {
      let count = 0;
      for (let at = 0; at < keys.length; at += MAX_LISTED) {
        const chunk = keys.slice(at, at + MAX_LISTED);
        const ended = await store.destroyListed(chunk);
        count += ended;
        if (ended === 0) continue;
        for (const [tenantId, own] of Map.groupBy(chunk, (key) => key.tenantId))
          tell(
            tenantId,
            own.map((key) => key.keyId),
          );
      }
      return count;
    },
    async stateOf(tenantId, target) {
      const [record] = await store.newest(tenantId, [nameOfTarget(target)]);
      return record?.state ?? 'none';
    },
    async readmit(tenantId, subjectId) {
      const name = nameOfTarget({ kind: 'subject', id: subjectId });
      const [last] = await store.newest(tenantId, [name]);
      if (last?.state === 'open') return;
      if (last?.state === 'closed') throw problem('conflict', 'An erasure of this subject has not finished.');
      const generation = (last?.generation ?? 0) + 1;
      await store.insert(tenantId, [await newKey(masterKey, tenantId, { ...name, generation })]);
      // The destroyed key may be cached as the newest one of its name.
      if (last) tell(tenantId, [last.keyId]);
    },
  };
}

function listed({ tenantId, keyId, kind, id, month, generation, masterVersion }: KeyRecord): ListedKey {
  return { tenantId, keyId, kind, id, month, generation, masterVersion };
}

function evidenceOf(record: KeyRecord): KeyEvidence {
  const { keyId, kind, state, destroyedAt, masterVersion } = record;
  const fingerprint = createHash('sha256').update(`threadlog key ${keyId} ${state}`).digest('hex');
  return { keyId, kind, state, fingerprint, destroyedAt, masterVersion };
}
