import type { Queryable } from '../database';
import { generationsOfOtherBuilds } from '../generations';
import { foldedBy } from './looks';
import { hasReached, type Offsets } from './projectionWait';

/** Then another aim is taken: one that was reached later would say little of now. */
const AIM_HOLDS_MS = 5_000;

/**
 * Tells when a generation shows no less than those of other builds: it has folded everything that the farthest of them had
 * a few seconds ago. Both grow under load, so "as far as now" would be a matter of luck. Ask again until it is true.
 */
export function createCatchUp(database: Queryable): (generation: number) => Promise<boolean> {
  let aim: { offsets: Offsets; takenAt: number } | undefined;
  return async (generation) => {
    if (!aim || performance.now() - aim.takenAt >= AIM_HOLDS_MS)
      aim = { offsets: await farthestOfOthers(database), takenAt: performance.now() };
    return hasReached(await foldedBy(database, generation), aim.offsets);
  };
}

async function farthestOfOthers(database: Queryable): Promise<Offsets> {
  const farthest = new Map<number, number>();
  for (const { generation } of await generationsOfOtherBuilds(database)) {
    for (const [partition, offset] of await foldedBy(database, generation))
      farthest.set(partition, Math.max(offset, farthest.get(partition) ?? 0));
  }
  return farthest;
}
