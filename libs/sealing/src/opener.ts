import type { Json, Sealed, TenantId } from '@threadlog/events';
import { LRUCache } from 'lru-cache';
import type { KeyObject } from 'node:crypto';
import { decodeBlob, decodeKeyPart, keyIdsOf, keyPartOf, SLOTS, slotsOf, type Blob } from './blob';
import { decrypt, deriveKey } from './cipher';
import type { Clock } from './clock';
import { SealingError } from './errors';
import type { Keyring } from './keys/keyring';
import { createOpenedTexts, isAt, type Place } from './opened';
import type { Opener } from './port';

export interface OpenerOptions {
  keyring: Keyring;
  clock: Clock;
  marginMs: number;
  maxKeys: number;
}

/**
 * The opening half: a cache of derived keys by the key ids of the blobs, so that a page of one thread derives few, and
 * one of texts opened with them.
 */
export interface CachingOpener extends Opener {
  /** The same, for whoever shows the same texts again and again: it remembers them for as long as their keys. */
  readonly remembering: Opener;
  forget(keyIds: ReadonlySet<string>): void;
  sweep(): number;
}

interface Derived {
  keyIds: string[];
  /** Null when one of its keys is destroyed, or missing. */
  key: KeyObject | null;
  /** A key of it is missing: looked for again each time, and said to be destroyed only where one is. */
  missing: boolean;
  expiresAt: number;
  /** Not once it has left the cache: then nothing that was opened with it is of use. */
  cached: boolean;
}

export function createOpener({ keyring, clock, marginMs, maxKeys }: OpenerOptions): CachingOpener {
  const cache = new LRUCache<string, Derived>({ max: maxKeys, dispose: (derived) => (derived.cached = false) });
  const opened = createOpenedTexts<Derived>((derived) => derived.cached && derived.expiresAt > clock());

  const isFresh = (known: Derived | undefined, now: number): boolean =>
    known !== undefined && !known.missing && known.expiresAt - marginMs > now;

  async function prepareKeys(tenantId: TenantId, blobs: readonly (Sealed | null | undefined)[]): Promise<void> {
    const wanted = new Set<string>();
    const now = clock();
    for (const sealed of blobs) {
      const blob = sealed && decodeKeyPart(sealed);
      if (!blob) continue;
      const known = cache.get(tenantId + keyPartOf(blob));
      if (!isFresh(known, now)) for (const keyId of keyIdsOf(blob)) wanted.add(keyId);
    }
    if (wanted.size > 0) await keyring.load(tenantId, [...wanted]);
  }

  /** The value, and the derived key that opened it; undefined where it is erased. */
  function openWith(tenantId: TenantId, sealed: Sealed, place: Place): { value: Json; key: Derived } | undefined {
    const blob = decodeBlob(sealed);
    const name = tenantId + keyPartOf(blob);
    let known = cache.get(name);
    if (!known || known.missing || known.expiresAt <= clock()) {
      known = derive(keyring, tenantId, blob);
      cache.set(name, known);
    }
    return known.key ? { value: decrypt({ key: known.key, tenantId }, blob, place), key: known } : undefined;
  }

  const whyNot: Opener['whyNot'] = (tenantId, sealed) =>
    cache.get(tenantId + keyPartOf(decodeKeyPart(sealed)))?.missing ? 'key_missing' : 'erased';

  return {
    prepare: prepareKeys,
    open: (tenantId, sealed, place) => openWith(tenantId, sealed, place)?.value,
    whyNot,
    remembering: {
      prepare(tenantId, blobs) {
        const now = clock();
        return prepareKeys(
          tenantId,
          blobs.filter((sealed) => sealed && !isFresh(opened.of(sealed)?.key, now)),
        );
      },
      open(tenantId, sealed, place) {
        const before = opened.of(sealed);
        if (isAt(before, tenantId, place)) return before.text;
        const found = openWith(tenantId, sealed, place);
        if (found) opened.add(sealed, { ...place, tenantId, ...found });
        return found?.value;
      },
      whyNot,
    },
    forget(gone) {
      for (const [name, { keyIds }] of [...cache.entries()]) if (keyIds.some((id) => gone.has(id))) cache.delete(name);
      opened.sweep();
    },
    sweep() {
      const now = clock();
      for (const [name, { expiresAt }] of [...cache.entries()]) if (expiresAt <= now) cache.delete(name);
      return cache.size + opened.sweep();
    },
  };
}

function derive(keyring: Keyring, tenantId: TenantId, blob: Blob): Derived {
  const keyIds = keyIdsOf(blob);
  const found = keyIds.map((keyId) => keyring.byId(tenantId, keyId));
  const keys = found.filter((key) => key !== undefined);
  if (keyIds.some((keyId, index) => !found[index] && !keyring.isMissing(tenantId, keyId)))
    throw new SealingError('key_missing', 'a key of this value is not prepared');
  const expiresAt = Math.min(...keys.map((key) => key.expiresAt));
  const missing = keys.length < keyIds.length && keys.every((key) => key.bytes !== null);
  if (missing || keys.some((key) => key.bytes === null)) return { keyIds, key: null, missing, expiresAt, cached: true };
  const slots = slotsOf(blob);
  const bySlot = SLOTS.map((slot) => (slots.includes(slot) ? (keys[slots.indexOf(slot)]?.bytes ?? null) : null));
  return { keyIds, key: deriveKey(bySlot), missing, expiresAt, cached: true };
}
