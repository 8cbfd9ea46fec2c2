import { readLostStretches, type Database, type LostStretch } from '@threadlog/read-models';
import type { Position } from './consistency';

/** Whether the record that stood at a position is gone, though the log goes on behind it. */
export type LostStretches = (position: Position) => Promise<boolean>;

/** A repair takes longer than this from where it notes what is lost to where it serves what is left; milliseconds. */
const REMEMBERED_MS = 1_000;

export function createLostStretches(database: Database): LostStretches {
  let known: { until: number; stretches: readonly LostStretch[] } = { until: -Infinity, stretches: [] };
  return async ({ partition, offset }) => {
    if (performance.now() > known.until) {
      known = { until: performance.now() + REMEMBERED_MS, stretches: await readLostStretches(database) };
    }
    return known.stretches.some(
      (lost) => lost.partition === partition && offset >= lost.head && offset < lost.resumesAt,
    );
  };
}
