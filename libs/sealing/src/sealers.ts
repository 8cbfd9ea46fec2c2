import { problem, unpooledCopy } from '@threadlog/events';
import { LRUCache } from 'lru-cache';
import { encodeKeyPart, SLOTS, uuidBytes } from './blob';
import { deriveKey, encrypt } from './cipher';
import type { Clock } from './clock';
import { SealingError } from './errors';
import type { Keyring } from './keys/keyring';
import type { LoadedKey } from './keys/keySource';
import type { KeyName } from './keys/keyStore';
import type { Sealer, Sealing, SealScope } from './port';
import { guardNames, scopeName, slotNames } from './keys/names';

export interface SealersOptions {
  keyring: Keyring;
  clock: Clock;
  marginMs: number;
  maxSealers: number;
}

/** The sealing half: a cache of sealers by scope, each with its key derived once. */
export interface Sealers extends Pick<Sealing, 'sealer' | 'cachedSealer'> {
  forget(keyIds: ReadonlySet<string>): void;
  sweep(): number;
}

interface ScopedSealer {
  sealer: Sealer;
  author: KeyName | undefined;
  keyIds: string[];
  /** When the first of its keys ends; set into the past when one is forgotten, so that holders cannot go on. */
  expiresAt: number;
}

export function createSealers({ keyring, clock, marginMs, maxSealers }: SealersOptions): Sealers {
  const cache = new LRUCache<string, ScopedSealer>({ max: maxSealers });

  function cachedSealer(scope: SealScope): Sealer | undefined {
    const known = cache.get(scopeName(scope));
    if (!known || known.expiresAt - marginMs <= clock()) return undefined;
    // `subjectHmac` goes by the name alone: looking it up here proves that it is at hand, and keeps it from eviction.
    if (known.author && !keyring.named(scope.tenantId, known.author)) return undefined;
    return known.sealer;
  }

  async function sealer(scope: SealScope): Promise<Sealer> {
    const cached = cachedSealer(scope);
    if (cached) return cached;
    const bySlot = slotNames(scope);
    const slots = SLOTS.filter((slot) => bySlot[slot]);
    const names = [...slots.flatMap((slot) => bySlot[slot] ?? []), ...guardNames(scope)];
    const keys = await keyring.ensure(scope.tenantId, names);
    const open = keys.filter((key) => key?.state === 'open') as LoadedKey[];
    if (open.length < keys.length)
      throw problem('subject_erased', 'A key that this text needs is closed or destroyed.');
    // Forgotten since they were read: what the store says now decides.
    if (open.some((key) => key.bytes === null)) return sealer(scope);
    const parts = SLOTS.map((slot) => (slots.includes(slot) ? open[slots.indexOf(slot)] : undefined));
    const made = makeSealer(scope, parts, open);
    cache.set(scopeName(scope), made);
    return made.sealer;
  }

  function makeSealer(scope: SealScope, parts: (LoadedKey | undefined)[], all: LoadedKey[]): ScopedSealer {
    const { tenantId } = scope;
    const key = deriveKey(parts.map((part) => part?.bytes ?? null));
    const keyPart = unpooledCopy(encodeKeyPart(parts.map((part) => (part ? uuidBytes(part.keyId) : null))));
    const made: ScopedSealer = {
      author: slotNames(scope).author,
      keyIds: all.map(({ keyId }) => keyId),
      expiresAt: Math.min(...all.map(({ expiresAt }) => expiresAt)),
      sealer: {
        seal(value, target) {
          if (made.expiresAt <= clock()) throw new SealingError('expired', 'this sealer was kept beyond its time');
          return encrypt({ key, keyPart, tenantId }, value, target);
        },
      },
    };
    return made;
  }

  return {
    sealer,
    cachedSealer,
    forget(gone) {
      for (const [name, entry] of [...cache.entries()]) {
        if (!entry.keyIds.some((id) => gone.has(id))) continue;
        entry.expiresAt = -Infinity;
        cache.delete(name);
      }
    },
    sweep() {
      const now = clock();
      for (const [name, { expiresAt }] of [...cache.entries()]) if (expiresAt <= now) cache.delete(name);
      return cache.size;
    },
  };
}
