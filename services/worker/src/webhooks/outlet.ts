import { createLanes } from './lanes';
import { createLateDeliveries } from './late';
import { createNewDeliveries } from './newDeliveries';
import { createNoting, type OutletState } from './noting';
import type { Outlet, OutletDeps, OutletOptions } from './outletPorts';

/** New deliveries of an outlet in memory; further ones are noted, and come in their turn. */
const MAX_IN_MEMORY = 1_000;
/** Slow attempts of an outlet under way, beyond which nothing new of it is tried at once. */
const MAX_SLOW_OF_OUTLET = 8;

export function createOutlet(deps: OutletDeps, options: OutletOptions): Outlet {
  const { key, tenantId, receiver } = options;
  const state: OutletState = { lanes: createLanes(), counts: { waiting: 0, inMemory: 0, slow: 0 }, stopped: null };
  const { lanes, counts } = state;
  const noting = createNoting({ ...deps, ...options }, state);
  const late = createLateDeliveries(
    { ...deps, ...options },
    { lanes, counts, isStopped: () => state.stopped !== null, outlet: () => outlet },
  );
  const run = createNewDeliveries({ ...deps, ...options }, { state, noting, settle: late.settle });
  const isNewTried = (): boolean =>
    receiver.isQuick() && counts.slow < MAX_SLOW_OF_OUTLET && counts.inMemory <= MAX_IN_MEMORY;

  for (const { lane: name, dueAt, count } of options.waiting) {
    counts.waiting += count;
    lanes.makeLate(lanes.of(name), dueAt.getTime());
  }

  const outlet: Outlet = {
    ...{ key, tenantId, receiver, own: null },
    get endpoint() {
      return receiver.endpoint;
    },
    accept(due, mark) {
      if (state.stopped) return;
      const entry = noting.enter(due, mark);
      const lane = lanes.of(due.lane);
      if (!lane.late && isNewTried()) {
        lane.queue.push(entry);
        if (!lane.busy) void run(lane);
        return;
      }
      noting.noteQueue(lane);
      void noting.note(lane, entry);
    },
    tryLate: late.tryDue,
    revive(name) {
      if (state.stopped) return;
      const lane = lanes.of(name);
      const dueAt = deps.now().getTime();
      counts.waiting += 1;
      lane.noted += 1;
      lanes.makeLate(lane, dueAt);
      lanes.hurry(lane, dueAt);
    },
    get waiting() {
      return counts.waiting;
    },
    get inMemory() {
      return counts.inMemory;
    },
    get lateLanes() {
      return lanes.late;
    },
    isIdle: () => lanes.size === 0,
    stop(how) {
      state.stopped = how;
      for (const { queue } of lanes.all()) for (const entry of queue.splice(0)) noting.leaveStopped(entry);
    },
  };
  return outlet;
}
