import { wrapContext } from './keySource';
import type { KeyRecord, KeyStore, MasterKeyRecord } from './keyStore';
import type { MasterKey } from './masterKey';

/** A version of the master key, and when it is to be gone. */
export interface MasterKeyStatus extends MasterKeyRecord {
  /** Whether this process wraps new keys by it. */
  current: boolean;
  /** When it is due to be replaced and then destroyed. */
  dueAt: Date;
}

/** Replaces the master key. Each step can be repeated, and stopped at any point. */
export interface KeyRotation {
  /** Wraps up to `batch` keys again under the current master key; returns how many were still under another version. */
  rewrap(batch: number): Promise<number>;
  /** Remembers since when the current version is in use; to be called at each start. */
  noteMasterKey(): Promise<void>;
  /** Every version known, oldest first; the current one too, even where it has wrapped nothing yet. */
  masterKeys(): Promise<MasterKeyStatus[]>;
  /**
   * When a version is due to be destroyed, which makes the destruction of keys it wrapped final in backups too. Null
   * where nothing is known of it.
   */
  masterKeyDue(version: string): Promise<Date | null>;
}

export interface KeyRotationOptions {
  store: KeyStore;
  masterKey: MasterKey;
  rotationDays: number;
}

const DAY_MS = 86_400_000;

export function createKeyRotation({ store, masterKey, rotationDays }: KeyRotationOptions): KeyRotation {
  async function masterKeys(): Promise<MasterKeyStatus[]> {
    const known = await store.masterKeys();
    const { version } = masterKey;
    // Asking changes nothing: whoever asks may have been given a key that nobody uses.
    if (!known.some((record) => record.version === version))
      known.push({ version, firstSeenAt: new Date(), wrapped: 0 });
    return known.map((record) => ({
      ...record,
      current: record.version === version,
      dueAt: new Date(record.firstSeenAt.getTime() + rotationDays * DAY_MS),
    }));
  }

  return {
    async rewrap(batch) {
      const records = await store.wrappedOtherwise(masterKey.version, batch);
      const changes = await Promise.all(records.map((record) => rewrapped(masterKey, record)));
      await store.rewrap(changes);
      return records.length;
    },
    noteMasterKey: () => store.sawMasterKey(masterKey.version),
    masterKeys,
    masterKeyDue: async (version) => (await masterKeys()).find((known) => known.version === version)?.dueAt ?? null,
  };
}

async function rewrapped(masterKey: MasterKey, record: KeyRecord) {
  const { keyId, wrapped: from, masterVersion } = record;
  if (!from || !masterVersion) throw new TypeError('only wrapped keys can be wrapped again');
  const context = wrapContext(record.tenantId, record);
  const bytes = await masterKey.unwrap(from, masterVersion, context);
  const wrapped = await masterKey.wrap(bytes, context);
  bytes.fill(0);
  return { keyId, from, wrapped, masterVersion: masterKey.version };
}
