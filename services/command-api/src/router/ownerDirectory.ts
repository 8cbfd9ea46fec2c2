import type { Clock } from '../clock';
import type { LeaseStore } from '../ownership/ports';

/** Which instance owns a partition, as far as the leases say; remembered for a moment, forgotten when it proved wrong. */
export interface OwnerDirectory {
  urlOf(partition: number): Promise<string | null>;
  forget(partition: number): void;
}

const REMEMBERED_MS = 1_000;

export function createOwnerDirectory(leases: Pick<LeaseStore, 'ownerOf'>, clock: Clock): OwnerDirectory {
  const known = new Map<number, { url: string; untilMs: number }>();
  return {
    async urlOf(partition) {
      const entry = known.get(partition);
      if (entry && entry.untilMs > clock.monotonicMs()) return entry.url;
      const owner = await leases.ownerOf(partition);
      if (!owner) return null;
      known.set(partition, { url: owner.url, untilMs: clock.monotonicMs() + REMEMBERED_MS });
      return owner.url;
    },
    forget: (partition) => void known.delete(partition),
  };
}
