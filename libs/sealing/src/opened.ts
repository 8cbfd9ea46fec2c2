import type { Json, Sealed, TenantId } from '@threadlog/events';
import { LRUCache } from 'lru-cache';
import type { SealTarget } from './port';

/** What a value must be asked for as. */
export type Place = Omit<SealTarget, 'eventId'>;

/** What a text was opened with, and where it is bound to. */
export interface Opened<TKey extends object> extends Place {
  tenantId: TenantId;
  key: TKey;
  text: string;
}

/**
 * Texts that were opened a moment ago: a list of threads shows the same ones again and again. Each belongs to the very
 * key that opened it, as the opener's cache has it, and is of no use without: it lives no longer than that key would
 * have opened it, and is dropped with it.
 */
export interface OpenedTexts<TKey extends object> {
  /** Where it was opened with a key that `usable` still knows. */
  of(sealed: Sealed): Opened<TKey> | undefined;
  /** Remembers strings alone: what is an object could be changed by whoever got it. */
  add(sealed: Sealed, opened: Omit<Opened<TKey>, 'text'> & { value: Json }): void;
  /** Drops what can no longer be used, and tells how many are left. */
  sweep(): number;
}

/** In characters, sealed and open together. */
const MAX_CHARACTERS = 8_000_000;

export function createOpenedTexts<TKey extends object>(usable: (key: TKey) => boolean): OpenedTexts<TKey> {
  const texts = new LRUCache<string, Opened<TKey>>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ text }, sealed) => sealed.length + text.length + 1,
  });
  return {
    of({ sealed }) {
      const opened = texts.get(sealed);
      return opened && usable(opened.key) ? opened : undefined;
    },
    add({ sealed }, { tenantId, stream, field, key, value }) {
      if (typeof value === 'string') texts.set(sealed, { tenantId, stream, field, key, text: value });
    },
    sweep() {
      for (const [sealed, { key }] of [...texts.entries()]) if (!usable(key)) texts.delete(sealed);
      return texts.size;
    },
  };
}

/** Whether it was opened as what is asked for now: a sealed value is bound to its place. */
export function isAt<TKey extends object>(
  opened: Opened<TKey> | undefined,
  tenantId: TenantId,
  { stream, field }: Place,
): opened is Opened<TKey> {
  return opened?.tenantId === tenantId && opened.stream === stream && opened.field === field;
}
