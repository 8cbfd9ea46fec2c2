import type { Due } from './due';
import type { Entry, Lane, Lanes } from './lanes';
import type { OutletDeps, OutletOptions } from './outletPorts';
import type { LateDelivery } from './store/deliveries';
import type { Mark } from './watermark';

/** What is under way at an outlet. */
export interface OutletState {
  lanes: Lanes;
  counts: {
    /** In the store, or on the way into it. */
    waiting: number;
    inMemory: number;
    /** Attempts at what was new that are slow. */
    slow: number;
  };
  stopped: 'removed' | 'cut' | null;
}

/** How deliveries come into memory, and leave it. */
export interface Noting {
  enter(due: Due, mark: Mark): Entry;
  leave(entry: Entry): void;
  /** The outlet was stopped while it was under way. */
  leaveStopped(entry: Entry): void;
  /** Notes it: from here on its lane is late. Resolves when it is in the store. */
  note(lane: Lane, entry: Entry, tried?: Partial<LateDelivery>): Promise<LateDelivery>;
  /** The same for all that is new in a lane. */
  noteQueue(lane: Lane): void;
}

export function createNoting(
  { saver, room, now, key, tenantId }: Pick<OutletDeps, 'saver' | 'room' | 'now'> & OutletOptions,
  state: OutletState,
): Noting {
  const { lanes, counts } = state;

  function leave({ due, mark }: Entry): void {
    counts.inMemory -= 1;
    room.give(due.bytes);
    mark.release();
  }

  function note(lane: Lane, entry: Entry, tried: Partial<LateDelivery> = {}): Promise<LateDelivery> {
    const { partition, offset, event } = entry.due;
    const row = { partition, offset, lane: lane.name, tenantId, eventId: event.id, event: event.name };
    const delivery: LateDelivery = {
      ...row,
      attempts: 0,
      dueAt: now(),
      status: null,
      reason: null,
      deadAt: null,
      ...tried,
    };
    lanes.makeLate(lane, delivery.dueAt.getTime());
    lane.unsaved += 1;
    lane.noted += 1;
    if (!delivery.deadAt) counts.waiting += 1;
    return new Promise((resolve) => {
      saver.note(key, delivery, () => {
        lanes.stored(lane);
        resolve(delivery);
      });
      leave(entry);
    });
  }

  return {
    enter(due, mark) {
      mark.hold();
      room.take(due.bytes);
      counts.inMemory += 1;
      return { due, mark };
    },
    leave,
    // What was cut off is delivered again: the position must not move past it.
    leaveStopped: (entry) => void (state.stopped === 'removed' && leave(entry)),
    note,
    noteQueue(lane) {
      for (const entry of lane.queue.splice(0)) void note(lane, entry);
    },
  };
}
