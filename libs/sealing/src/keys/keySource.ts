import { ProblemError, type TenantId } from '@threadlog/events';
import { randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import type { Clock } from '../clock';
import { SealingError } from '../errors';
import type { KeyName, KeyRecord, KeyState, KeyStore, NewKey } from './keyStore';
import { nameKey } from './names';
import type { MasterKey } from './masterKey';

/** A key in this process. */
export interface LoadedKey {
  readonly keyId: string;
  readonly name: KeyName;
  readonly state: KeyState;
  /** The key itself; null when it is destroyed or was dropped here. */
  bytes: Buffer | null;
  /** Clock reading up to which it may be used; counted from before it was read. In the past once dropped. */
  expiresAt: number;
  /** Key for keyed hashes, derived when first asked for. */
  hmacKey?: KeyObject | undefined;
}

/** Reads keys from the store and unwraps them. A store that does not answer is problem `unavailable`. */
export interface KeySource {
  /** Newest generation of each name, made where missing; left out where something closed forbids to make it. */
  newest(tenantId: TenantId, names: readonly KeyName[]): Promise<LoadedKey[]>;
  /** Those that are there and can be unwrapped. */
  byIds(tenantId: TenantId, keyIds: readonly string[]): Promise<LoadedKey[]>;
  /** States of the newest generations, without the keys themselves; none is made. */
  states(tenantId: TenantId, names: readonly KeyName[]): Promise<KeyStates>;
}

export interface KeyStates {
  /** By `nameKey`. */
  found: Map<string, Pick<KeyRecord, 'keyId' | 'state'>>;
  /** Clock reading up to which this may be relied on; counted from before it was read. */
  expiresAt: number;
}

export interface KeySourceOptions {
  store: KeyStore;
  masterKey: MasterKey;
  clock: Clock;
  ttlMs: number;
}

export function createKeySource({ store, masterKey, clock, ttlMs }: KeySourceOptions): KeySource {
  async function loaded(tenantId: TenantId, read: () => Promise<KeyRecord[]>): Promise<(LoadedKey | WrappedAway)[]> {
    const expiresAt = clock() + ttlMs;
    const records = await available(read());
    return Promise.all(
      records.map(async (record) => {
        const { keyId, state, kind, id, month } = record;
        const bytes = await unwrapped(masterKey, tenantId, record);
        return bytes instanceof SealingError
          ? { fault: bytes }
          : { keyId, state, name: { kind, id, month }, bytes, expiresAt };
      }),
    );
  }

  async function ensured(tenantId: TenantId, names: readonly KeyName[]): Promise<KeyRecord[]> {
    const found = await store.newest(tenantId, names);
    const known = new Set(found.map(nameKey));
    const missing = names.filter((name) => !known.has(nameKey(name)));
    if (missing.length === 0) return found;
    const made = await Promise.all(missing.map((name) => newKey(masterKey, tenantId, { ...name, generation: 1 })));
    await store.insert(tenantId, made);
    // Another process may have been faster: what the store holds is the key, not what was made here.
    return store.newest(tenantId, names);
  }

  return {
    async newest(tenantId, names) {
      const keys = await loaded(tenantId, () => ensured(tenantId, names));
      const [broken] = keys.filter(isWrappedAway);
      if (broken) throw broken.fault;
      return keys.filter(isLoaded);
    },
    // Opening goes on without: a key that cannot be unwrapped is as good as one that is not there.
    byIds: async (tenantId, keyIds) => (await loaded(tenantId, () => store.byIds(tenantId, keyIds))).filter(isLoaded),
    async states(tenantId, names) {
      const expiresAt = clock() + ttlMs;
      const records = await available(store.newest(tenantId, names));
      return { found: new Map(records.map((record) => [nameKey(record), record])), expiresAt };
    },
  };
}

/** A new random key, wrapped. */
export async function newKey(
  masterKey: MasterKey,
  tenantId: TenantId,
  name: KeyName & { generation: number },
): Promise<NewKey> {
  const keyId = randomUUID();
  const bytes = randomBytes(32);
  const wrapped = await masterKey.wrap(bytes, wrapContext(tenantId, { ...name, keyId }));
  bytes.fill(0);
  return { ...name, keyId, wrapped, masterVersion: masterKey.version };
}

/** What a wrapped key is bound to, so that rows of the key store cannot change places. */
export function wrapContext(tenantId: TenantId, key: KeyName & { keyId: string }): string {
  return `${tenantId}/${nameKey(key)}/${key.keyId}`;
}

/** A key whose wrapped form no master key at hand unwraps. */
interface WrappedAway {
  fault: SealingError;
}

function isWrappedAway(key: LoadedKey | WrappedAway): key is WrappedAway {
  return 'fault' in key;
}

function isLoaded(key: LoadedKey | WrappedAway): key is LoadedKey {
  return !isWrappedAway(key);
}

async function unwrapped(
  masterKey: MasterKey,
  tenantId: TenantId,
  record: KeyRecord,
): Promise<Buffer | null | SealingError> {
  const { wrapped, masterVersion } = record;
  if (!wrapped || !masterVersion) return null;
  try {
    return await masterKey.unwrap(wrapped, masterVersion, wrapContext(tenantId, record));
  } catch (error) {
    if (error instanceof SealingError && error.code === 'master_key') return error;
    throw error;
  }
}

/** A store that does not answer is a fault that passes. */
async function available<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    if (cause instanceof SealingError) throw cause;
    throw new ProblemError({ code: 'unavailable', detail: 'The key store does not answer.', retryAfter: 1 }, { cause });
  }
}
