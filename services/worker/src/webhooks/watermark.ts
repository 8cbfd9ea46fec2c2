import type { ReadPosition } from '@threadlog/log';

/** A batch of which something is under way. */
export interface Mark {
  /** One more delivery of it is under way. */
  hold(): void;
  /** One of them was taken, or noted. */
  release(): void;
}

/** How far a reader of the log is, by partition: what it has handed out, and up to where nothing of that is left open. */
export interface Watermark {
  partitions(): number[];
  handedOut(partition: number): ReadPosition;
  /** Everything before it was taken, noted, or is wanted by nobody. */
  settled(partition: number): ReadPosition;
  /** The next batch of a partition is handed out, up to `next`. It is held once, until all of it is. */
  begin(partition: number, next: ReadPosition): Mark;
}

interface Batch {
  next: ReadPosition;
  open: number;
}

/** Batches of a partition may come to their end in any order; the position moves over those that have from the front. */
export function createWatermark(start: ReadonlyMap<number, ReadPosition>): Watermark {
  const settled = new Map(start);
  const handedOut = new Map(start);
  const underWay = new Map<number, Batch[]>();

  function move(partition: number): void {
    const batches = underWay.get(partition) ?? [];
    while (batches[0]?.open === 0) settled.set(partition, batches.shift()!.next);
  }

  return {
    partitions: () => [...start.keys()],
    handedOut: (partition) => handedOut.get(partition)!,
    settled: (partition) => settled.get(partition)!,
    begin(partition, next) {
      const batch = { next, open: 1 };
      const batches = underWay.get(partition) ?? [];
      underWay.set(partition, batches);
      batches.push(batch);
      handedOut.set(partition, next);
      return {
        hold: () => void (batch.open += 1),
        release() {
          batch.open -= 1;
          if (batch.open === 0) move(partition);
        },
      };
    },
  };
}
