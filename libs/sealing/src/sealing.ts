import { problem, type TenantId } from '@threadlog/events';
import { createAdmissions } from './admissions';
import { elapsedClock, type Clock } from './clock';
import { keyedHash } from './keyedHash';
import { createKeyAdmin, type KeyAdmin } from './keys/admin';
import { createKeyLookUps, type KeyLookUps } from './keys/lookUps';
import { createKeyring } from './keys/keyring';
import { createKeyRotation, type KeyRotation } from './keys/rotation';
import { createKeySource } from './keys/keySource';
import type { KeyStore } from './keys/keyStore';
import type { MasterKey } from './keys/masterKey';
import { createOpener } from './opener';
import type { Opener, Sealing } from './port';
import { subjectName, tenantName } from './keys/names';
import { createSealers } from './sealers';

export interface SealingOptions {
  keyStore: KeyStore;
  masterKey: MasterKey;
  /** Elapsed milliseconds; by default the monotonic or the wall clock, whichever ran further. */
  clock?: Clock;
  /** Milliseconds for which a key may be used after it was read: 60,000 by default and at most. */
  ttlMs?: number;
  /** Keys, derived keys and sealers held at most, each. */
  maxKeys?: number;
  /** Told of each key that a text needs and the store does not have. */
  onKeyMissing?: (tenantId: TenantId, keyId: string) => void;
  /** Days after which a version of the master key is due to be replaced and destroyed: 30 by default. */
  rotationDays?: number;
}

/** Sealing, and the administration of its keys. */
export interface SealingService extends Sealing, KeyAdmin, KeyRotation, KeyLookUps {
  /** Opens as this does, and remembers texts for as long as their keys: for whoever shows the same ones again and again. */
  readonly remembering: Opener;
  /** Drops keys, and all that was derived from them or opened with them, from this process at once. */
  forget(keyIds: readonly string[]): void;
  /**
   * Tells of keys that ended or were renewed through this object, after it happened: so that other processes can be
   * told. The returned function ends it.
   */
  onEnded(listener: EndedListener): () => void;
  /** After this many milliseconds a closed or destroyed key is out of use in every process. */
  readonly letGoMs: number;
}

export type EndedListener = (tenantId: TenantId, keyIds: readonly string[]) => void;

/** Longest life of a key in a process. */
export const MAX_TTL_MS = 60_000;

/**
 * Sealing over a key store. A key is used for `ttlMs` after it was read, but promised (`sealer`, `prepare`) only during
 * the first five sixths of that, so that the caller can still use what it got when it comes to it.
 */
export function createSealing(options: SealingOptions): SealingService {
  const { keyStore: store, masterKey, clock = elapsedClock(), ttlMs = MAX_TTL_MS, maxKeys = 50_000 } = options;
  const { rotationDays = 30 } = options;
  if (ttlMs > MAX_TTL_MS) throw new RangeError(`keys may be cached for ${MAX_TTL_MS} ms at most`);
  const marginMs = ttlMs / 6;
  const source = createKeySource({ store, masterKey, clock, ttlMs });
  const keyring = createKeyring({ source, clock, marginMs, maxKeys, ttlMs, onMissing: options.onKeyMissing });
  const sealers = createSealers({ keyring, clock, marginMs, maxSealers: maxKeys });
  const opener = createOpener({ keyring, clock, marginMs, maxKeys });
  const admissions = createAdmissions({ keyring, source, clock, marginMs, maxSubjects: maxKeys });
  const caches = [keyring, sealers, opener, admissions];
  const sweepLater = createSweeper(ttlMs / 4, () => caches.reduce((left, cache) => left + cache.sweep(), 0) > 0);
  const listeners = new Set<EndedListener>();

  function forget(keyIds: readonly string[]): void {
    const gone = new Set(keyIds);
    for (const cache of caches) cache.forget(gone);
  }

  function ended(tenantId: TenantId, keyIds: readonly string[]): void {
    if (keyIds.length === 0) return;
    forget(keyIds);
    for (const listener of listeners) listener(tenantId, keyIds);
  }

  return {
    ...createKeyAdmin({ store, masterKey, ended }),
    ...createKeyRotation({ store, masterKey, rotationDays }),
    ...createKeyLookUps(store),
    forget,
    onEnded(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    letGoMs: ttlMs,
    cachedSealer: sealers.cachedSealer,
    sealer(scope) {
      sweepLater();
      return sealers.sealer(scope);
    },
    ...preparing(opener, sweepLater),
    remembering: preparing(opener.remembering, sweepLater),
    cachedAdmission: admissions.cached,
    loadAdmission(tenantId, subjectIds) {
      sweepLater();
      return admissions.load(tenantId, subjectIds);
    },
    async prepareTenant(tenantId) {
      sweepLater();
      const [key] = await keyring.ensure(tenantId, [tenantName]);
      if (!key?.bytes) throw problem('subject_erased', 'This tenant is erased.');
    },
    tenantHmac: (tenantId, purpose, text) => keyedHash(keyring.named(tenantId, tenantName), purpose, text),
    subjectHmac: (tenantId, subjectId, purpose, text) =>
      keyedHash(keyring.named(tenantId, subjectName(subjectId)), purpose, text),
  };
}

/** The same opener, which tells that keys are about to be held. */
function preparing({ prepare, open, whyNot }: Opener, held: () => void): Opener {
  return {
    prepare(tenantId, blobs) {
      held();
      return prepare(tenantId, blobs);
    },
    open,
    whyNot,
  };
}

/**
 * Runs `sweep` a while after the last call, and again until nothing is left: an idle process lets go of its keys too.
 * The timer keeps no process alive.
 */
function createSweeper(everyMs: number, sweep: () => boolean): () => void {
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      if (sweep()) later();
    }, everyMs).unref();
  };
  return later;
}
