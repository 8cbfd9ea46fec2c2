import type { TenantId } from '@threadlog/events';
import type { KeyEvidence, KeyTarget, ListedKey, SealingService } from '@threadlog/sealing';
import type { ErasureList } from './erasureList';

/** Destroys keys for good. */
export interface Erasures {
  /**
   * Closes the targets, writes their keys down in the erasure list, destroys them, in that order: whenever it stops in
   * between, doing it again completes it, and a key that is destroyed is always on the list. Caches elsewhere may hold
   * copies for `sealing.letGoMs`: close the targets that long before, where text is still being written.
   * Rejects with problem `unavailable` when the key store or the list cannot be reached.
   * @param reason Id of the privacy request, or `retention`.
   * @returns Evidence about every key of the targets, also about those destroyed before.
   */
  destroy(tenantId: TenantId, targets: KeyTarget | readonly KeyTarget[], reason: string): Promise<KeyEvidence[]>;
}

export interface ErasuresOptions {
  list: Pick<ErasureList, 'append'>;
  sealing: Pick<SealingService, 'close' | 'listOf' | 'destroy'>;
  now?: () => Date;
}

export function createErasures({ list, sealing, now = () => new Date() }: ErasuresOptions): Erasures {
  return {
    async destroy(tenantId, targets, reason) {
      const all = 'kind' in targets ? [targets] : targets;
      const keys = new Map<string, ListedKey>();
      for (const target of all) {
        // Closed first: no key can join the target between the listing and the end.
        await sealing.close(tenantId, target);
        for (const key of await sealing.listOf(tenantId, target)) keys.set(key.keyId, key);
      }
      if (keys.size > 0) await list.append({ tenantId, reason, at: now().toISOString(), keys: [...keys.values()] });
      const evidence = new Map<string, KeyEvidence>();
      for (const target of all) for (const key of await sealing.destroy(tenantId, target)) evidence.set(key.keyId, key);
      return [...evidence.values()];
    },
  };
}
