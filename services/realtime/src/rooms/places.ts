import type { TenantId } from '@threadlog/events';
import type { Delivery } from '../frames';
import { threadRoom } from '../records';
import type { Connection, Subscription } from './connection';
import { seesEverything, type Seen } from './seen';

/** Who has a place in a room, by what it is sent. */
export interface Room {
  members: Set<Subscription>;
  syncing: Set<Subscription>;
  live: number;
  /** Live places that do not see all of it, which few rooms have. */
  late: Set<Subscription>;
}
export type RoomMap = Map<string, Room>;

export function hasAudience(room: Room | undefined): boolean {
  return room !== undefined && room.live + room.syncing.size > 0;
}

export function hasLate(room: Room | undefined): boolean {
  return room !== undefined && (room.late.size > 0 || [...room.syncing].some((one) => !seesEverything(one)));
}

export function dropHeld(rooms: RoomMap, tenantId: TenantId): void {
  for (const [name, { syncing }] of rooms)
    if (name.startsWith(`${tenantId}/`)) for (const subscription of syncing) subscription.held = null;
}

export function openPlace(
  rooms: RoomMap,
  connection: Connection,
  { threadId, visibleFrom, visibleFromSeq }: Seen & { threadId: string },
): Subscription {
  const name = threadRoom(connection.actor.tenantId, threadId);
  const room = rooms.get(name) ?? { members: new Set(), syncing: new Set(), live: 0, late: new Set() };
  rooms.set(name, room);
  const seen = { visibleFrom, visibleFromSeq };
  const subscription: Subscription = { connection, threadId, room: name, state: 'syncing', ...seen, held: [] };
  room.members.add(subscription);
  room.syncing.add(subscription);
  connection.subscriptions.set(threadId, subscription);
  return subscription;
}

export function detach(rooms: RoomMap, subscription: Subscription): void {
  const room = rooms.get(subscription.room);
  if (!room) return;
  room.syncing.delete(subscription);
  room.late.delete(subscription);
  if (subscription.state !== 'live') return;
  room.live -= 1;
  subscription.connection.wire.leave(subscription.room);
}

export function endPlace(rooms: RoomMap, subscription: Subscription): void {
  if (subscription.state === 'ended') return;
  detach(rooms, subscription);
  subscription.state = 'ended';
  subscription.held = null;
  const { connection, threadId } = subscription;
  if (connection.subscriptions.get(threadId) === subscription) connection.subscriptions.delete(threadId);
  const room = rooms.get(subscription.room);
  room?.members.delete(subscription);
  if (room?.members.size === 0) rooms.delete(subscription.room);
}

export function hold(subscription: Subscription, delivery: Delivery, most: number): void {
  if (!subscription.held) return;
  if (subscription.held.length < most) subscription.held.push(delivery);
  else subscription.held = null;
}
