import type { TenantId } from '@threadlog/events';
import { LRUCache } from 'lru-cache';

/** The keyed hash that tokens are made of: `tenantHmac` of sealing, with the tenant's key at hand. */
export interface TokenKeys {
  tenantHmac(tenantId: TenantId, purpose: string, text: string): string;
}

export interface SearchTokens {
  /** Tokens of terms, in order: 64 bits of a keyed hash, as decimal text of a signed number. */
  of(tenantId: TenantId, terms: Iterable<string>): string[];
}

/** Words are few and come again: the common ones are hashed once a minute. No longer, as they are text in memory. */
const REMEMBERED = { max: 20_000, ttl: 60_000 };

/**
 * Makes the tokens of the blind index. They say nothing without the tenant's key, and 64 bits are few enough to be
 * small and enough to collide hardly ever; a collision finds a text too much, which is checked before it is shown.
 */
export function createSearchTokens(keys: TokenKeys): SearchTokens {
  const known = new LRUCache<string, string>(REMEMBERED);
  const forgetLater = createForgetting(known);
  return {
    of(tenantId, terms) {
      forgetLater();
      const tokens: string[] = [];
      for (const term of terms) {
        const name = `${tenantId}/${term}`;
        let token = known.get(name);
        if (token === undefined) known.set(name, (token = tokenOf(keys.tenantHmac(tenantId, 'search', term))));
        tokens.push(token);
      }
      return tokens;
    },
  };
}

/** The cache itself drops what is over only when it is asked for; an idle process has to let go of words, too. */
function createForgetting(known: LRUCache<string, string>): () => void {
  let waiting = false;
  return function later() {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      known.purgeStale();
      if (known.size > 0) later();
    }, REMEMBERED.ttl).unref();
  };
}

function tokenOf(hash: string): string {
  return Buffer.from(hash, 'base64url').readBigInt64BE(0).toString();
}
