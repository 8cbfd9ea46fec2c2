import { epochOf, type ReadPosition } from '@threadlog/log';
import type { Entry } from '../folding/decodeRecord';

/**
 * Where a reader stands right before the entry at `index`, having started with `maxEpoch`. It must not be the epoch of
 * the whole run: a reader that started there would take what follows, of an epoch in between, for fenced.
 */
export function positionBefore(entries: readonly Entry[], index: number, maxEpoch: number): ReadPosition {
  const offset = entries[index]?.record.offset ?? 0;
  for (let at = index - 1; at >= 0; at -= 1) {
    const epoch = epochOf(entries[at]!.record);
    if (epoch !== null) return { offset, maxEpoch: Math.max(epoch, maxEpoch) };
  }
  return { offset, maxEpoch };
}
