import type { Outcome } from './attempt';
import type { Due } from './due';
import { OPEN_FOR_MS } from './due';
import type { Lane, Lanes } from './lanes';
import type { Outlet, OutletDeps, OutletOptions } from './outletPorts';
import { verdictOf } from './settle';
import type { LateDelivery } from './store/deliveries';

/** Deliveries of a lane that are taken from the log together. */
const AT_ONCE = 50;
/** Where the store or the log fails. */
const TROUBLE_PAUSE_MS = 1_000;

export interface OfOutlet {
  lanes: Lanes;
  counts: { waiting: number; inMemory: number };
  isStopped(): boolean;
  outlet(): Outlet;
}

export interface LateDeliveries {
  /** Tries again what is due: lanes beside each other, each in order. */
  tryDue(): void;
  /** Does with a delivery of the store what its attempt asks for. Returns when the next of its lane may be tried. */
  settle(delivery: LateDelivery, outcome: Outcome): Promise<number>;
}

type Deps = OutletDeps & OutletOptions;

/** What an outlet was not told at once. */
export function createLateDeliveries(deps: Deps, of: OfOutlet): LateDeliveries {
  const { key, receiver, deliveries, logger, now } = deps;
  const { lanes, isStopped } = of;
  const settle = createSettle(deps, of);
  const deliverInOrder = createDeliverInOrder(deps, of, settle);
  let running = 0;

  /** Goes through a lane until its first delivery has to wait, or nothing of it is left. */
  async function catchUp(lane: Lane): Promise<void> {
    while (!isStopped()) {
      const inStore = lane.noted - lane.unsaved;
      const waiting = await deliveries.first(key, lane.name, AT_ONCE);
      if (waiting.length === 0) return lanes.end(lane, inStore);
      const dueAt = await deliverInOrder(waiting);
      if (dueAt > now().getTime()) return lanes.release(lane, dueAt);
    }
  }

  async function work(lane: Lane): Promise<void> {
    try {
      await catchUp(lane);
    } catch (error) {
      if (!isStopped())
        logger.warn({ err: error }, 'late deliveries of a webhook cannot be looked after, trying again');
      lanes.release(lane, now().getTime() + TROUBLE_PAUSE_MS);
    }
  }

  function tryDue(): void {
    while (!isStopped() && running < receiver.lateAtOnce()) {
      const lane = lanes.takeDue(now().getTime());
      if (!lane) return;
      running += 1;
      void work(lane).finally(() => {
        running -= 1;
        tryDue();
      });
    }
  }

  return { tryDue, settle };
}

function createSettle(deps: Deps, { counts }: OfOutlet): LateDeliveries['settle'] {
  const { key, deliveries, observer, now } = deps;
  async function leaveStore(how: Promise<void>): Promise<number> {
    await how;
    counts.waiting -= 1;
    return now().getTime();
  }
  return async (delivery, outcome) => {
    if (outcome.kind === 'delivered') {
      observer.delivered();
      deps.onDelivered?.();
      return leaveStore(deliveries.remove(key, delivery));
    }
    observer.failed(outcome.reason);
    const attempts = delivery.attempts + 1;
    const { dueAt, setback } = verdictOf(outcome, { attempts, now: now(), random: deps.random() });
    if (dueAt) {
      await deliveries.postpone(key, delivery, dueAt, setback);
      return dueAt.getTime();
    }
    observer.gaveUp();
    deps.onGivenUp?.();
    const how = deps.onGivenUp ? deliveries.remove(key, delivery) : deliveries.bury(key, delivery, now(), setback);
    return leaveStore(how);
  };
}

/** Returns when the first that is left may be tried. */
function createDeliverInOrder(deps: Deps, { counts, isStopped, outlet }: OfOutlet, settle: LateDeliveries['settle']) {
  const { key, deliveries, now } = deps;
  return async (waiting: readonly LateDelivery[]): Promise<number> => {
    const openedAt = performance.now();
    const found: ReadonlyMap<number, Due> = await deps.find(outlet(), waiting);
    for (const delivery of waiting) {
      if (isStopped()) break;
      const due = found.get(delivery.offset);
      if (!due) {
        // It was kept back: about an erased person, deleted meanwhile, or the endpoint asks for it no more.
        await deliveries.remove(key, delivery);
        counts.waiting -= 1;
        continue;
      }
      if (performance.now() - openedAt > OPEN_FOR_MS) break;
      const outcome = await deps.attempt(due);
      if (isStopped()) break;
      const dueAt = await settle(delivery, outcome);
      if (dueAt > now().getTime()) return dueAt;
    }
    return now().getTime();
  };
}
