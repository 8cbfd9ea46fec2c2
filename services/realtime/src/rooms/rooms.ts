import { seesSubThread } from '@threadlog/auth';
import type { InThread, TenantId } from '@threadlog/events';
import { frame, placeOf, type Delivery, type Frame } from '../frames';
import { repliedTo, withoutReply } from '../presenters/replies';
import type { Connection, Subscription } from './connection';
import { detach, dropHeld, endPlace, hasAudience, hasLate, hold, openPlace, type Room, type RoomMap } from './places';
import { seesEverything, type Seen } from './seen';

/** Sends one frame to everybody in a room but some sockets, encoded once; volatile ones only to who can take it now. */
export type Broadcast = (
  room: string,
  frame: Frame,
  exceptSocketIds: string[],
  options?: { volatile: boolean },
) => void;

export interface Rooms {
  /** Whether anything delivered to the room would reach anybody, now or later. */
  hasAudience(room: string): boolean;
  readonly size: number;
  /** Opens a socket's place in a thread, syncing: from this turn on nothing delivered passes it by. */
  open(connection: Connection, threadId: string, seen: Seen): Subscription;
  /** Lets a synced or suspended place go live; the caller has sent what was held, or told that it must be fetched. */
  goLive(subscription: Subscription): void;
  /** Takes a live place out of its room, keeping nothing. */
  suspend(subscription: Subscription): void;
  end(subscription: Subscription): void;
  endAll(connection: Connection): void;
  deliver(room: string, delivery: Delivery): void;
  /**
   * Something for the room cannot be delivered: everybody who should have got it is told `resync`, those who still sync at
   * the end of that.
   */
  lose(room: string, about: Omit<Delivery, 'frames'>): void;
  /** Tells those who are live in the room what is of no use later; nothing is held, and volatile by default. */
  emitVolatile(room: string, frame: Frame, exceptSocketIds: string[], options?: { volatile: boolean }): void;
  /** Whether what is delivered is from before this participant's history. */
  hides(subscription: Subscription, delivery: Pick<Delivery, 'threadId' | 'messageIndex'>): boolean;
  /** Forgets what is held back in the tenant's rooms: those who wait are told to fetch instead. */
  dropHeld(tenantId: TenantId): void;
  /**
   * What is delivered as it is shown to this participant: null where it is from before its history, and without the message
   * that it replies to where that is.
   */
  shownTo(subscription: Subscription, delivery: Delivery): Delivery | null;
  /** Whether somebody in the room does not see all of it. */
  hasLate(room: string): boolean;
  /** Everybody with a place in the room. */
  subscribers(room: string): Subscription[];
}

export interface RoomsDeps {
  broadcast: Broadcast;
  maxHeld: number;
  /** Where a sub-thread begins, as its root's seq; 0 where that is not known: then only who sees everything sees it. */
  beginsAt(tenantId: TenantId, threadId: string): number;
  /** Index of a message that another replies to; 0 where that is not known: then only who sees everything is told. */
  indexOf(tenantId: TenantId, messageId: string): number;
  /** Told of each place in the turn in which it went live. */
  onLive?(subscription: Subscription): void;
}

/**
 * Who gets what. All of it is synchronous, so between two deliveries a socket is either in a room or not: that is what
 * the ordering argument in the README rests on.
 */
export function createRooms({ broadcast, maxHeld, beginsAt, indexOf, onLive }: RoomsDeps): Rooms {
  const rooms: RoomMap = new Map();
  const hides: Rooms['hides'] = (subscription, delivery) => isHidden(beginsAt, subscription, delivery);
  const shownTo: Rooms['shownTo'] = (subscription, delivery) => {
    if (seesEverything(subscription)) return delivery;
    return hides(subscription, delivery) ? null : withVisibleReply(indexOf, subscription, delivery);
  };
  const end = (subscription: Subscription) => endPlace(rooms, subscription);
  return {
    get size() {
      return rooms.size;
    },
    hasAudience: (name) => hasAudience(rooms.get(name)),
    open: (connection, threadId, seen) => openPlace(rooms, connection, { threadId, ...seen }),
    goLive(subscription) {
      const room = rooms.get(subscription.room)!;
      room.syncing.delete(subscription);
      room.live += 1;
      if (!seesEverything(subscription)) room.late.add(subscription);
      subscription.state = 'live';
      subscription.held = [];
      subscription.connection.wire.join(subscription.room);
      onLive?.(subscription);
    },
    suspend(subscription) {
      detach(rooms, subscription);
      subscription.state = 'suspended';
      subscription.held = [];
    },
    end,
    endAll: (connection) => [...connection.subscriptions.values()].forEach(end),
    deliver(name, delivery) {
      const room = rooms.get(name);
      if (!room) return;
      for (const subscription of room.syncing) {
        if (!hides(subscription, delivery)) hold(subscription, delivery, maxHeld);
      }
      if (room.live > 0) send(room, name, delivery, { broadcast, shownTo });
    },
    lose(name, about) {
      const room = rooms.get(name);
      if (!room) return;
      for (const subscription of room.syncing) if (!hides(subscription, about)) subscription.held = null;
      if (room.live === 0) return;
      const told = frame('resync', { ...placeOf(about.threadId), seq: about.seq });
      broadcast(name, told, exceptions(room, about, hides));
    },
    emitVolatile(name, told, except, options = { volatile: true }) {
      const room = rooms.get(name);
      if (!room?.live) return;
      const blind = exceptions(room, { ...(told.payload as InThread), messageIndex: null }, hides);
      broadcast(name, told, [...except, ...blind], options);
    },
    hides,
    shownTo,
    hasLate: (name) => hasLate(rooms.get(name)),
    dropHeld: (tenantId) => dropHeld(rooms, tenantId),
    subscribers: (name) => [...(rooms.get(name)?.members ?? [])],
  };
}

function exceptions(room: Room, about: Parameters<Rooms['hides']>[1], hides: Rooms['hides']): string[] {
  return [...room.late].filter((late) => hides(late, about)).map((late) => late.connection.wire.id);
}

/** One frame for everybody who sees all of it; those who came late get their own, or none. */
function send(
  room: Room,
  name: string,
  delivery: Delivery,
  { broadcast, shownTo }: { broadcast: Broadcast; shownTo: Rooms['shownTo'] },
): void {
  const apart = [...room.late].flatMap((late) => {
    const shown = shownTo(late, delivery);
    return shown === delivery ? [] : [{ wire: late.connection.wire, frames: shown?.frames ?? [] }];
  });
  const except = apart.map(({ wire }) => wire.id);
  for (const each of delivery.frames) broadcast(name, each, except);
  for (const { wire, frames } of apart) frames.forEach((each) => wire.emit(each));
}

/** A sub-thread is seen whole: only in the root itself may a message reply to what somebody late does not see. */
function withVisibleReply(
  indexOf: RoomsDeps['indexOf'],
  { connection, threadId, visibleFrom }: Subscription,
  delivery: Delivery,
): Delivery {
  const replyTo = delivery.threadId === threadId ? repliedTo(delivery) : null;
  if (replyTo === null || indexOf(connection.actor.tenantId, replyTo) >= visibleFrom) return delivery;
  return withoutReply(delivery);
}

/** Messages from before this participant's history, and sub-threads that began before it. */
function isHidden(
  beginsAt: RoomsDeps['beginsAt'],
  subscription: Subscription,
  { threadId, messageIndex }: Pick<Delivery, 'threadId' | 'messageIndex'>,
): boolean {
  if (seesEverything(subscription)) return false;
  if (threadId === subscription.threadId) return messageIndex !== null && messageIndex < subscription.visibleFrom;
  return !seesSubThread(subscription.visibleFromSeq, beginsAt(subscription.connection.actor.tenantId, threadId));
}
