import type { Json, Sealed } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';

/** Sealed blob to what it holds, for answering with the caller's own words without opening them again. */
export type ClearText = Map<string, Json>;

/** The caller's own words are known; only what was sealed before has to be opened. */
export function closedAmong(blobs: readonly Sealed[], clear: ClearText): Sealed[] {
  return blobs.filter((blob) => !clear.has(blob.sealed));
}

/** Opens what was prepared, and what is known. */
export function openerWith(opener: Opener, clear: ClearText): Pick<Opener, 'open' | 'whyNot'> {
  return {
    open(tenantId, blob, target) {
      const known = clear.get(blob.sealed);
      return known === undefined ? opener.open(tenantId, blob, target) : known;
    },
    whyNot: opener.whyNot,
  };
}
