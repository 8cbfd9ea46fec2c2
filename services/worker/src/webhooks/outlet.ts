import type { TenantId } from '@threadlog/events';
import type { Logger } from '@threadlog/service';
import type { Outcome } from './attempt';
import type { Due } from './due';
import type { WebhookEndpoint } from './endpoints/endpoint';
import { createLanes } from './lanes';
import { createLateDeliveries } from './late';
import { createNewDeliveries } from './newDeliveries';
import { createNoting, type OutletState } from './noting';
import type { WebhookObserver } from './observe';
import type { OwnReading } from './reading';
import type { Receiver } from './receiver';
import type { Room } from './room';
import type { Starter } from './starter';
import type { Deliveries, LateDelivery, WaitingLane } from './store/deliveries';
import type { Saver } from './store/saver';
import type { Mark } from './watermark';

export interface OutletDeps {
  saver: Pick<Saver, 'note'>;
  deliveries: Deliveries;
  room: Room;
  observer: WebhookObserver;
  logger: Logger;
  now(): Date;
  /** At least 0, below 1. */
  random(): number;
}

export interface OutletOptions {
  /** Stands in rows. */
  key: string;
  tenantId: TenantId;
  receiver: Receiver;
  /** How what is new is tried. */
  start: Starter;
  attempt(due: Due): Promise<Outcome>;
  /** Deliveries of the store, read from the log and opened now, by offset. */
  find(outlet: Outlet, deliveries: readonly LateDelivery[]): Promise<ReadonlyMap<number, Due>>;
  /** What the store has of it. */
  waiting: readonly WaitingLane[];
  /** It was given up; null where the store keeps what is given up. */
  onGivenUp?: (() => void) | null;
  onDelivered?(): void;
}

/** What an endpoint is told of a tenant: in order per lane, lanes beside each other. */
export interface Outlet {
  readonly key: string;
  readonly tenantId: TenantId;
  readonly receiver: Receiver;
  readonly endpoint: WebhookEndpoint;
  /** It reads the log for itself; null while it keeps up. */
  own: OwnReading | null;
  /** Delivers, or notes what is not taken; `mark` is held until one of them is done. */
  accept(due: Due, mark: Mark): void;
  /** Tries again what waits and is due. */
  tryLate(): void;
  /** Deliveries that wait in the store, or are on their way into it. */
  readonly waiting: number;
  /** Deliveries in memory, not tried yet or under way. */
  readonly inMemory: number;
  readonly lateLanes: number;
  /** Nothing is under way, and nothing waits. */
  isIdle(): boolean;
  /** Nothing more is tried or noted: it is told no more, or the process ends and the next one goes on. */
  stop(how: 'removed' | 'cut'): void;
}

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
