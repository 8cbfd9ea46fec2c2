import type { JudgedRecord, Stretch } from './stretch';

/** Where a reader of several partitions stands: of each the offset that it is at. */
export type LogPlace = ReadonlyMap<number, number>;

export interface Merged {
  /** By time over all partitions, within one in the order of its log. */
  records: JudgedRecord[];
  /** What is left of each stretch was not taken: the next page begins there. */
  place: Map<number, number>;
}

const timeOf = ({ record }: JudgedRecord): number => record.timestamp ?? 0;

/**
 * Takes from stretches that end where the page begins what no record further back can be newer than, the newest first. Of one
 * stretch at least everything is taken, so each page gets on. `tails` are where the partitions begin.
 */
export function mergeBack(stretches: readonly Stretch[], tails: LogPlace): Merged {
  const goesOn = stretches.filter(({ partition, from }) => from > (tails.get(partition) ?? 0));
  const oldest = goesOn.map(({ records }) => Math.min(...records.map(timeOf)));
  const since = Math.max(-Infinity, ...oldest.filter(Number.isFinite));
  const place = new Map<number, number>();
  const takings = stretches.map(({ partition, from, records }) => {
    const kept = records.findLastIndex((one) => timeOf(one) < since) + 1;
    place.set(partition, kept === 0 ? from : records[kept - 1]!.record.offset + 1);
    return records.slice(kept).reverse();
  });
  return { records: interleave(takings, (one, other) => timeOf(one) > timeOf(other)), place };
}

/** The same the other way: from where stretches begin on, what no record further on can be older than; the oldest first. */
export function mergeOn(stretches: readonly Stretch[], heads: LogPlace): Merged {
  const goesOn = stretches.filter(({ partition, to }) => to < (heads.get(partition) ?? 0));
  const newest = goesOn.map(({ records }) => Math.max(...records.map(timeOf)));
  const until = Math.min(Infinity, ...newest.filter(Number.isFinite));
  const place = new Map<number, number>();
  const takings = stretches.map(({ partition, to, records }) => {
    const first = records.findIndex((one) => timeOf(one) > until);
    place.set(partition, first === -1 ? to : records[first]!.record.offset);
    return first === -1 ? records : records.slice(0, first);
  });
  return { records: interleave(takings, (one, other) => timeOf(one) < timeOf(other)), place };
}

/** Lists into one, each in its own order, always that head which goes before the others. */
function interleave(
  lists: readonly JudgedRecord[][],
  before: (one: JudgedRecord, other: JudgedRecord) => boolean,
): JudgedRecord[] {
  const heads = lists.map(() => 0);
  const merged: JudgedRecord[] = [];
  for (;;) {
    let first = -1;
    lists.forEach((list, index) => {
      const one = list[heads[index]!];
      if (one && (first === -1 || before(one, lists[first]![heads[first]!]!))) first = index;
    });
    if (first === -1) return merged;
    merged.push(lists[first]![heads[first]!]!);
    heads[first]! += 1;
  }
}
