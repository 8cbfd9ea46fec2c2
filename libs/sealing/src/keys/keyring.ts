import type { TenantId } from '@threadlog/events';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock';
import { createBatchLoader } from './batch';
import type { KeySource, LoadedKey } from './keySource';
import { createMissingKeys } from './missingKeys';
import type { KeyName } from './keyStore';
import { nameKey } from './names';

/**
 * Caches keys. `ensure` and `load` read again what has less than the margin left, so that what they give can still be
 * used when the caller comes to it; `named` and `byId` give what is cached to its very end.
 */
export interface Keyring {
  /** Newest generation of a name, if cached; with `left`, if it may be used for so many milliseconds more. */
  named(tenantId: TenantId, name: KeyName, left?: number): LoadedKey | undefined;
  /** Newest generation of each name, made where missing; undefined where something closed forbids to make it. */
  ensure(tenantId: TenantId, names: readonly KeyName[]): Promise<(LoadedKey | undefined)[]>;
  byId(tenantId: TenantId, keyId: string): LoadedKey | undefined;
  /** Whether the store said a moment ago that it has no such key of the tenant. */
  isMissing(tenantId: TenantId, keyId: string): boolean;
  /** Loads keys by id; those that the store does not have are known as missing then. */
  load(tenantId: TenantId, keyIds: readonly string[]): Promise<void>;
  forget(keyIds: ReadonlySet<string>): void;
  /** Drops what has expired; returns how many keys are left. */
  sweep(): number;
}

export interface KeyringOptions {
  source: KeySource;
  clock: Clock;
  marginMs: number;
  maxKeys: number;
  ttlMs: number;
  /** Told of each key that the store turns out not to have. */
  onMissing?: ((tenantId: TenantId, keyId: string) => void) | undefined;
}

export function createKeyring({ source, clock, marginMs, maxKeys, ttlMs, onMissing }: KeyringOptions): Keyring {
  const names = new LRUCache<string, LoadedKey>({ max: maxKeys });
  const ids = new LRUCache<string, LoadedKey>({ max: maxKeys });
  let forgotten = 0;

  /** Reads keys into the caches; once more if any were forgotten meanwhile, as the answer may be older than that. */
  async function reading(tenantId: TenantId, read: () => Promise<LoadedKey[]>): Promise<LoadedKey[]> {
    const before = forgotten;
    const keys = await read();
    if (before !== forgotten) return reading(tenantId, read);
    for (const key of keys) ids.set(`${tenantId}/${key.keyId}`, key);
    return keys;
  }

  const loadName = createBatchLoader<KeyName, LoadedKey | undefined>(nameKey, async (tenantId, wanted) => {
    const keys = await reading(tenantId, () => source.newest(tenantId, wanted));
    for (const key of keys) names.set(`${tenantId}/${nameKey(key.name)}`, key);
    const byName = new Map(keys.map((key) => [nameKey(key.name), key]));
    return (name) => byName.get(nameKey(name));
  });
  const missing = createMissingKeys({ clock, ttlMs, maxKeys, onMissing });
  const loadId = createBatchLoader<string, void>(String, async (tenantId, wanted) => {
    const found = new Set((await reading(tenantId, () => source.byIds(tenantId, wanted))).map((key) => key.keyId));
    for (const keyId of wanted) missing.note(tenantId, keyId, found.has(keyId));
    return () => undefined;
  });

  const live = (key: LoadedKey | undefined, left: number) => (key && key.expiresAt - left > clock() ? key : undefined);
  const named = (tenantId: TenantId, name: KeyName, left = 0) => live(names.get(`${tenantId}/${nameKey(name)}`), left);
  const byId = (tenantId: TenantId, keyId: string, left = 0) => live(ids.get(`${tenantId}/${keyId}`), left);

  return {
    named,
    byId: (tenantId, keyId) => byId(tenantId, keyId),
    isMissing: missing.has,
    ensure: (tenantId, wanted) =>
      Promise.all(wanted.map((name) => named(tenantId, name, marginMs) ?? loadName(tenantId, name))),
    async load(tenantId, keyIds) {
      const unknown = keyIds.filter((keyId) => !byId(tenantId, keyId, marginMs) && !missing.isFresh(tenantId, keyId));
      await Promise.all(unknown.map((keyId) => loadId(tenantId, keyId)));
    },
    forget(gone) {
      forgotten += 1;
      for (const cache of [names, ids]) dropWhere(cache, (key) => gone.has(key.keyId));
    },
    sweep() {
      const now = clock();
      for (const cache of [names, ids]) dropWhere(cache, (key) => key.expiresAt <= now);
      return names.size + ids.size;
    },
  };
}

/** Drops keys so that those who still hold one can tell: its bytes are overwritten and its time is over. */
function dropWhere(cache: LRUCache<string, LoadedKey>, doomed: (key: LoadedKey) => boolean): void {
  for (const [name, key] of [...cache.entries()]) {
    // A key stands in both caches and ends in both: the second may meet it when it is already over.
    if (!doomed(key)) continue;
    key.bytes?.fill(0);
    Object.assign(key, { bytes: null, hmacKey: undefined, expiresAt: -Infinity });
    cache.delete(name);
  }
}
