import type { Database } from '@threadlog/read-models';
import type { Registry } from './registry';
import { buryRevived, createRevivedLooks } from './store/revived';

/** Takes up what administrators ask to be tried again. */
export interface Revival {
  /** What waits now is known from the store. To be called before that is read. */
  begin(): Promise<void>;
  look(registry: Pick<Registry, 'receiver' | 'outlet'>): Promise<void>;
}

/** An endpoint that is not told of anything after this long is switched off, or gone. */
const STRANGER_MS = 20_000;

export function createRevival(database: Database, now: () => Date): Revival {
  const looks = createRevivedLooks(database);
  return {
    async begin() {
      for (const revived of await looks.look()) looks.seen(revived);
    },
    async look(registry) {
      const strangers: number[] = [];
      for (const revived of await looks.look()) {
        const receiver = registry.receiver(revived.outlet);
        if (receiver) registry.outlet(receiver, revived.tenantId).revive(revived.lane);
        else if (now().getTime() - revived.revivedAt.getTime() > STRANGER_MS) strangers.push(revived.n);
        else continue;
        looks.seen(revived);
      }
      if (strangers.length > 0) await buryRevived(database, strangers);
    },
  };
}
