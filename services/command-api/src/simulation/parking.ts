import type { StreamRows } from './streamRows';

type Placed = NonNullable<StreamRows['waiting']>[number];

/** Streams of the simulated read model that wait, by partition. */
export interface Parking {
  /** From its next event on, nothing of the stream is projected. */
  park(partition: number, name: string): void;
  /** Folds what waits and lets the stream go on. */
  replay(partition: number, name: string): void;
  keys(partition: number): Set<string>;
  /** Whether it waited at any time. */
  hasWaited(name: string): boolean;
  /** Streams that wait. */
  size(): number;
  /** Another one after every change. */
  word(partition: number): string;
}

/** The simulation has no sub-threads, so a stream's name is its record key. */
export function createParking(
  streams: ReadonlyMap<string, StreamRows>,
  fold: (rows: StreamRows, placed: Placed, partition: number) => void,
): Parking {
  const parked = new Map<string, number>();
  const waited = new Set<string>();
  const changes = new Map<number, number>();
  const changed = (partition: number): void => void changes.set(partition, (changes.get(partition) ?? 0) + 1);
  return {
    park(partition, name) {
      const rows = streams.get(name);
      if (!rows || rows.waiting) return;
      rows.waiting = [];
      parked.set(name, partition);
      waited.add(name);
      changed(partition);
    },
    replay(partition, name) {
      const rows = streams.get(name);
      const waiting = rows?.waiting;
      if (!rows || !waiting) return;
      rows.waiting = null;
      for (const placed of waiting) fold(rows, placed, partition);
      parked.delete(name);
      changed(partition);
    },
    keys: (partition) => new Set([...parked].filter(([, at]) => at === partition).map(([name]) => name)),
    hasWaited: (name) => waited.has(name),
    size: () => parked.size,
    word: (partition) => String(changes.get(partition) ?? 0),
  };
}
