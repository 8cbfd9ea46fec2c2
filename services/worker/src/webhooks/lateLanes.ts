/** A lane in which something waits: nothing of it is delivered past what waits. */
interface LateLane {
  /** Milliseconds since 1970 from which its first delivery may be tried. */
  dueAt: number;
  /** Its first delivery is being tried. */
  busy: boolean;
  /** Batches that are about to note deliveries of it. */
  noting: number;
}

/**
 * The late lanes of an endpoint, as the one process knows them that delivers. A lane is late from when a batch is about
 * to note something of it until a look into the store finds nothing of it while no batch is about to.
 */
export interface LateLanes {
  has(lane: string): boolean;
  readonly size: number;
  /** A batch is about to note deliveries of the lane, due from then on; to be ended by `noted`. */
  note(lane: string, options: { dueAt: number; busy: boolean }): void;
  /** They are in the store, or the batch failed and will come again. */
  noted(lane: string): void;
  /** Takes a lane whose first delivery may be tried now, which is busy from then on; null where there is none. */
  take(now: number): string | null;
  /** Its first delivery was seen to; the next may be tried from then on. */
  release(lane: string, dueAt: number): void;
  /** The store has nothing of it. False where a batch is about to note something: it stays late. */
  end(lane: string): boolean;
}

export function createLateLanes(known: ReadonlyMap<string, Date>): LateLanes {
  const lanes = new Map<string, LateLane>();
  for (const [lane, dueAt] of known) lanes.set(lane, { dueAt: dueAt.getTime(), busy: false, noting: 0 });
  return {
    has: (lane) => lanes.has(lane),
    get size() {
      return lanes.size;
    },
    note(lane, { dueAt, busy }) {
      const late = lanes.get(lane);
      if (late) late.noting += 1;
      else lanes.set(lane, { dueAt, busy, noting: 1 });
    },
    noted(lane) {
      const late = lanes.get(lane);
      if (late) late.noting -= 1;
    },
    take(now) {
      for (const [lane, late] of lanes) {
        // One that is being noted may not be in the store yet.
        if (late.busy || late.noting > 0 || late.dueAt > now) continue;
        late.busy = true;
        return lane;
      }
      return null;
    },
    release(lane, dueAt) {
      const late = lanes.get(lane);
      if (!late) return;
      // Behind the others: lanes that fail again and again must not keep those from being tried that came later.
      lanes.delete(lane);
      lanes.set(lane, Object.assign(late, { busy: false, dueAt }));
    },
    end(lane) {
      const late = lanes.get(lane);
      if (!late) return true;
      if (late.noting > 0) {
        late.busy = false;
        return false;
      }
      return lanes.delete(lane);
    },
  };
}
