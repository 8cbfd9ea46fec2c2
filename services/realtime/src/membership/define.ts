import type { EventOf, StreamEventType } from '@threadlog/events';
import type { Connections } from '../rooms/connections';
import type { Rooms } from '../rooms/rooms';
import type { Subscription } from '../rooms/connection';

export interface MembershipDeps {
  rooms: Rooms;
  connections: Connections;
  /** Tells a socket of a thread it came into, then lets it go live; `seq` is the event that brought it in. */
  announce(subscription: Subscription, seq: number): void;
}

/**
 * What an event about who takes part does to the rooms, around the delivery of its frames: `before` for those who
 * should get them, `after` for those who should not get what follows. Synchronous.
 */
export interface MembershipEffect<T extends StreamEventType> {
  before?(event: EventOf<T>, deps: MembershipDeps): void;
  after?(event: EventOf<T>, deps: MembershipDeps): void;
}
