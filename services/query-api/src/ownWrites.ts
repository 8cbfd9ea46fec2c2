import type { Actor } from '@threadlog/auth';
import type { LastWrites } from '@threadlog/service';
import type { Consistency } from './consistency';

/**
 * Lets a read wait for what its reader wrote last. Being late, or the store being away, is the read's own business: it
 * answers with what there is, or fails itself. How long it waits is the consistency's.
 */
export function createOwnWrites(consistency: Consistency, lastWrites: LastWrites | undefined) {
  return async (actor: Pick<Actor, 'tenantId' | 'id'>): Promise<void> => {
    const writes = lastWrites?.of(actor) ?? [];
    await Promise.allSettled(writes.map((position) => consistency.waitFor(position)));
  };
}
