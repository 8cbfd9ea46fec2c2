import { createHash } from 'node:crypto';

/** How long a write may take to show, and more. */
const REMEMBERED_MS = 60_000;
const MAX_CALLERS = 1_000;

/**
 * The token of each caller's last write. A model that posts and then reads must find what it posted, or it posts again; so
 * its reads carry the token, which the API waits for. Callers are known by a hash: no token of theirs is kept.
 */
export function createLastWrites(now: () => number = Date.now) {
  const writes = new Map<string, { consistencyToken: string; until: number }>();
  const nameOf = (authorization: string) => createHash('sha256').update(authorization).digest('base64');
  return {
    note(authorization: string, consistencyToken: string): void {
      const name = nameOf(authorization);
      writes.delete(name);
      writes.set(name, { consistencyToken, until: now() + REMEMBERED_MS });
      if (writes.size > MAX_CALLERS) writes.delete(writes.keys().next().value!);
    },
    of(authorization: string): string | undefined {
      const known = writes.get(nameOf(authorization));
      return known && known.until > now() ? known.consistencyToken : undefined;
    },
  };
}

export type LastWrites = ReturnType<typeof createLastWrites>;
