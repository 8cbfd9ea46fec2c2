import type { Due } from './due';
import type { Mark } from './watermark';

/** A delivery in memory: of a batch that is not through before this is taken or noted. */
export interface Entry {
  due: Due;
  mark: Mark;
}

/** What an outlet is told of a thread, in order. */
export interface Lane {
  name: string;
  /** New, waiting for its turn. */
  queue: Entry[];
  /** Something of it is noted, or about to be: nothing of it is delivered past that. */
  late: boolean;
  /** Its first delivery is being tried. */
  busy: boolean;
  /** Noted and not yet in the store. */
  unsaved: number;
  /** Grows with each that is noted. */
  noted: number;
  /** Milliseconds since 1970 from which its first late delivery may be tried. */
  dueAt: number;
  /** While it is seen to: when its first late delivery is to be tried all the same, whatever comes of what is under way. */
  wakeAt: number;
}

/** The lanes of an outlet in which something waits or is under way. */
export interface Lanes {
  readonly late: number;
  readonly size: number;
  all(): Lane[];
  /** The lane of that name; a new one where nothing of it was under way. */
  of(name: string): Lane;
  /** It is late from now on, due at that time unless it was late before. */
  makeLate(lane: Lane, dueAt: number): void;
  /** Something came into the store before what waits: its first late delivery is due by then. */
  hurry(lane: Lane, dueAt: number): void;
  /** Takes a late lane that is due and in the store, which is busy from then on. */
  takeDue(now: number): Lane | null;
  /** It was seen to; where it is late its next may be tried from `dueAt` on. */
  release(lane: Lane, dueAt: number): void;
  /** What was noted of it is in the store. */
  stored(lane: Lane): void;
  /** The store had nothing of it when so many had come there: it ends, unless more was noted. */
  end(lane: Lane, inStore: number): void;
}

const isTaken = ({ busy, unsaved }: Lane): boolean => busy || unsaved > 0;

export function createLanes(): Lanes {
  const lanes = new Map<string, Lane>();
  const due = createDueLanes(lanes);
  let late = 0;

  function drop(lane: Lane): void {
    if (lane.late) late -= 1;
    lanes.delete(lane.name);
  }

  return {
    get late() {
      return late;
    },
    get size() {
      return lanes.size;
    },
    all: () => [...lanes.values()],
    of(name) {
      const known = lanes.get(name);
      if (known) return known;
      const lane: Lane = {
        name,
        queue: [],
        late: false,
        busy: false,
        unsaved: 0,
        noted: 0,
        dueAt: 0,
        wakeAt: Infinity,
      };
      lanes.set(name, lane);
      return lane;
    },
    makeLate(lane, dueAt) {
      if (lane.late) return;
      Object.assign(lane, { late: true, dueAt });
      late += 1;
      due.free(lane);
    },
    hurry: due.hurry,
    takeDue: due.take,
    release(lane, dueAt) {
      lane.busy = false;
      if (!lane.late) return void (lane.queue.length === 0 && drop(lane));
      Object.assign(lane, { dueAt: Math.min(dueAt, lane.wakeAt), wakeAt: Infinity });
      // Behind the others: lanes that fail again and again must not keep those from being tried that came later.
      lanes.delete(lane.name);
      lanes.set(lane.name, lane);
      due.free(lane);
    },
    stored(lane) {
      lane.unsaved -= 1;
      due.free(lane);
    },
    end(lane, inStore) {
      if (lane.noted === inStore) return drop(lane);
      lane.busy = false;
      due.free(lane);
    },
  };
}

/** Which of the lanes may be tried. Nobody looks through them all before one may be due. */
function createDueLanes(lanes: ReadonlyMap<string, Lane>) {
  let nextDue = Infinity;
  /** It may be taken, or may be later. */
  function free(lane: Lane): void {
    if (lane.late && !isTaken(lane)) nextDue = Math.min(nextDue, lane.dueAt);
  }
  return {
    free,
    hurry(lane: Lane, dueAt: number): void {
      if (lane.busy) lane.wakeAt = Math.min(lane.wakeAt, dueAt);
      else lane.dueAt = Math.min(lane.dueAt, dueAt);
      free(lane);
    },
    take(now: number): Lane | null {
      if (nextDue > now) return null;
      nextDue = Infinity;
      for (const lane of lanes.values()) {
        if (!lane.late || isTaken(lane)) continue;
        if (lane.dueAt <= now) {
          lane.busy = true;
          // There may be others: the next look goes through them all.
          nextDue = now;
          return lane;
        }
        nextDue = Math.min(nextDue, lane.dueAt);
      }
      return null;
    },
  };
}
