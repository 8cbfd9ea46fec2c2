import { problem, type TenantId } from '@threadlog/events';
import { createHash } from 'node:crypto';
import { newKey, wrapContext } from './keySource';
import { nameOfTarget, type KeyKind, type KeyRecord, type KeyState, type KeyStore, type KeyTarget } from './keyStore';
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

/** Ends, renews and rewraps keys. Each step can be repeated. */
export interface KeyAdmin {
  /**
   * Nothing is sealed under these keys any more: here at once, in other processes when their caches let go, at most
   * the time to live later. Wait that long before `destroy`, so that nothing acknowledged is lost half-way.
   */
  close(tenantId: TenantId, target: KeyTarget): Promise<KeyEvidence[]>;
  /** Overwrites the keys for ever. Other processes may open with cached copies for at most the time to live. */
  destroy(tenantId: TenantId, target: KeyTarget): Promise<KeyEvidence[]>;
  /** State of the target's own key; `none` when it never had one. Reads the store. */
  stateOf(tenantId: TenantId, target: KeyTarget): Promise<KeyState | 'none'>;
  /** Gives an erased subject a new key; what was sealed before stays erased. Rejects with `conflict` while the old key is only closed. */
  readmit(tenantId: TenantId, subjectId: string): Promise<void>;
  /** Wraps up to `batch` keys anew under the current master key; returns how many were still under another version. */
  rewrap(batch: number): Promise<number>;
}

export interface KeyAdminOptions {
  store: KeyStore;
  masterKey: MasterKey;
  forget(keyIds: readonly string[]): void;
}

export function createKeyAdmin({ store, masterKey, forget }: KeyAdminOptions): KeyAdmin {
  const ended = (records: KeyRecord[]): KeyEvidence[] => {
    forget(records.map((record) => record.keyId));
    return records.map(evidenceOf);
  };

  return {
    close: async (tenantId, target) => ended(await store.close(tenantId, target)),
    destroy: async (tenantId, target) => ended(await store.destroy(tenantId, target)),
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
      if (last) forget([last.keyId]);
    },
    async rewrap(batch) {
      const records = await store.wrappedOtherwise(masterKey.version, batch);
      const changes = await Promise.all(records.map((record) => rewrapped(masterKey, record)));
      await store.rewrap(changes);
      return records.length;
    },
  };
}

async function rewrapped(masterKey: MasterKey, record: KeyRecord) {
  const { keyId, wrapped: from, masterVersion } = record;
  if (!from || !masterVersion) throw new TypeError('only wrapped keys can be wrapped anew');
  const context = wrapContext(record.tenantId, record);
  const bytes = await masterKey.unwrap(from, masterVersion, context);
  const wrapped = await masterKey.wrap(bytes, context);
  bytes.fill(0);
  return { keyId, from, wrapped, masterVersion: masterKey.version };
}

function evidenceOf(record: KeyRecord): KeyEvidence {
  const { keyId, kind, state, destroyedAt, masterVersion } = record;
  const fingerprint = createHash('sha256').update(`threadlog key ${keyId} ${state}`).digest('hex');
  return { keyId, kind, state, fingerprint, destroyedAt, masterVersion };
}
