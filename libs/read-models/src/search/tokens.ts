import type { TenantId } from '@threadlog/events';

/** The keyed hash that tokens are made of: `tenantHmac` of sealing, with the tenant's key at hand. */
export interface TokenKeys {
  tenantHmac(tenantId: TenantId, purpose: string, text: string): string;
}

export interface SearchTokens {
  /** Tokens of terms, in order: 32 bits of a keyed hash, as a signed number. */
  of(tenantId: TenantId, terms: Iterable<string>): number[];
}

/** Words are few and come again: the common ones are hashed once a minute. No longer, as they are text in memory. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 20_000;

/**
 * Makes the tokens of the blind index. They say nothing without the tenant's key, and 32 bits are half of what a
 * text takes in the index and enough to collide seldom: in ten thousand words of a tenant one in four hundred thousand has
 * another's token. A collision finds a text too much, which is checked before it is shown; it never hides one.
 */
export function createSearchTokens(keys: TokenKeys): SearchTokens {
  const known = createMemory();
  return {
    of(tenantId, terms) {
      const ofTenant = known.of(tenantId);
      const tokens: number[] = [];
      for (const term of terms) {
        let token = ofTenant.get(term);
        if (token === undefined) {
          token = tokenOf(keys.tenantHmac(tenantId, 'search', term));
          ofTenant.set(term, token);
          known.added();
        }
        tokens.push(token);
      }
      return tokens;
    },
  };
}

/** Tokens by tenant and term. All are forgotten together, in an idle process, too. */
function createMemory(): { of(tenantId: string): Map<string, number>; added(): void } {
  const tenants = new Map<string, Map<string, number>>();
  let size = 0;
  let waiting = false;
  const forget = (): void => {
    tenants.clear();
    size = 0;
  };
  return {
    of(tenantId) {
      let terms = tenants.get(tenantId);
      if (!terms) tenants.set(tenantId, (terms = new Map()));
      return terms;
    },
    added() {
      size += 1;
      if (size > MAX_REMEMBERED) forget();
      if (waiting) return;
      waiting = true;
      setTimeout(() => {
        waiting = false;
        forget();
      }, REMEMBERED_MS).unref();
    },
  };
}

function tokenOf(hash: string): number {
  return Buffer.from(hash, 'base64url').readInt32BE(0);
}
