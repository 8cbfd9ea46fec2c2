import type { TenantId } from '@threadlog/events';
import {
  foldedBy,
  hasReached,
  readAllHolds,
  type Database,
  type LegalHold,
  type Offsets,
} from '@threadlog/read-models';
import { until, type Service } from '@threadlog/service';
import type { Clock } from '../clock';

/** A hold that the read model shows is in force for deletions so many milliseconds later. */
const HOLDS_EVERY_MS = 1_000;
/** Beyond this age, in milliseconds, what was read is not relied on any more. */
export const HOLDS_MAX_AGE_MS = 5_000;

/** The legal holds of all tenants, read again and again: most tenants have none, so it is small. */
export interface HoldsCache extends Service {
  /** Null before the first reading, and while the database has not answered for too long. */
  of(tenantId: TenantId): readonly LegalHold[] | null;
}

export interface HoldsCacheOptions {
  database: Database;
  clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  /** The generation to read. */
  generation(): Promise<number>;
  /** Where all partitions of the log end. */
  ends(): Promise<Offsets>;
  onFault(error: unknown): void;
}

const NONE: readonly LegalHold[] = [];

/**
 * A decision is synchronous and a tenant's stream may belong to another owner, so deletions are decided on holds read
 * a moment ago. Age counts from before the question, so a slow answer makes nothing look newer than it is. A read model
 * that is being built again is served while it is empty: holds count only from when it has all that was in the log when
 * it was first seen.
 */
export function createHoldsCache(options: HoldsCacheOptions): HoldsCache {
  const { database, clock, onFault } = options;
  let known: ReadonlyMap<TenantId, readonly LegalHold[]> = new Map();
  let readAtMs = -Infinity;

  const hasArrived = createArrival(options);

  async function refresh(): Promise<void> {
    const askedAtMs = clock.monotonicMs();
    const generation = await options.generation();
    if (!(await hasArrived(generation))) return;
    known = await readAllHolds(database, generation);
    readAtMs = askedAtMs;
  }

  return {
    name: 'legal-holds',
    of(tenantId) {
      if (clock.monotonicMs() - readAtMs > HOLDS_MAX_AGE_MS) return null;
      return known.get(tenantId) ?? NONE;
    },
    run: (signal) => until(signal, refresh, { everyMs: HOLDS_EVERY_MS, onFault, sleep: clock.sleep }),
  };
}

/** Whether a generation has all that was in the log when it was first asked about. Once it has, it is not asked again. */
function createArrival({ database, ends }: HoldsCacheOptions): (generation: number) => Promise<boolean> {
  let goal: { generation: number; ends: Offsets } | undefined;
  let arrived = false;
  return async (generation) => {
    if (goal?.generation !== generation) {
      arrived = false;
      goal = { generation, ends: await ends() };
    }
    if (arrived) return true;
    arrived = hasReached(await foldedBy(database, generation), goal.ends);
    return arrived;
  };
}
