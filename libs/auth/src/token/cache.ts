import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import type { Actor } from '../actor';

/** Milliseconds for which a verified token is taken at its word; also how long a withdrawn key still counts. */
const MAX_AGE_MS = 60_000;

/** Verified tokens and their actors, by the SHA-256 of the token: the tokens themselves are not kept. */
export interface TokenCache {
  get(token: string): Actor | undefined;
  set(token: string, actor: Actor): void;
}

/** Holds `maxEntries` at most; the least recently used goes first. `now` is milliseconds since the epoch. */
export function createTokenCache(maxEntries: number, now: () => number): TokenCache {
  const entries = new LRUCache<string, { actor: Actor; until: number }>({ max: maxEntries });
  return {
    get(token) {
      const entry = entries.get(hash('sha256', token, 'base64'));
      return entry && entry.until > now() ? entry.actor : undefined;
    },
    set(token, actor) {
      const until = Math.min(now() + MAX_AGE_MS, (actor.expiresAt ?? Infinity) * 1000);
      entries.set(hash('sha256', token, 'base64'), { actor, until });
    },
  };
}
