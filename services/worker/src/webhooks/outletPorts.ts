import type { TenantId } from '@threadlog/events';
import type { Logger } from '@threadlog/service';
import type { Outcome } from './attempt';
import type { Due } from './due';
import type { WebhookEndpoint } from './endpoints/endpoint';
import type { WebhookObserver } from './observe';
import type { Receiver } from './receiver';
import type { Room } from './room';
import type { Starter } from './starter';
import type { Deliveries, LateDelivery, WaitingLane } from './store/deliveries';
import type { Saver } from './store/saver';
import type { Mark, Watermark } from './watermark';

/** How an outlet reads the log for itself. */
export interface OwnReading {
  watermark: Watermark;
  /** Partitions that it is about to leave to the live reader, from which offset on, and what that has for it meanwhile. */
  joining: Map<number, { due: Due; mark: Mark }[]>;
  /** Partitions that the live reader reads for it again. */
  joined: Set<number>;
}

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
  /** A delivery of this lane that was given up waits in the store again: it is due, at its place in the log's order. */
  revive(lane: string): void;
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
