import type { Room, World } from '../world';

/** What several rows read. */
export const PAGE = 50;
/** Messages over which read positions move, and people who have one. */
export const MESSAGES_READ = 200;
const READERS = 63;

export function readers(row: string): string[] {
  return Array.from({ length: READERS }, (_none, at) => `${row}-${at}`);
}

/** Ids of so many new messages, in order. */
export async function write(world: World, room: Room, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) {
    const reply = await world.post({ ...room, members: [room.members[0]!] }, 0);
    ids.push((JSON.parse(reply.text()) as { id: string }).id);
  }
  return ids;
}

/** Made for the first row that asks for it, and for the others of the same run. */
export function oncePerWorld<T>(make: (world: World) => Promise<T>): (world: World) => Promise<T> {
  const made = new WeakMap<World, Promise<T>>();
  return (world) => {
    const known = made.get(world) ?? make(world);
    made.set(world, known);
    // What failed is not remembered.
    known.catch(() => made.delete(world));
    return known;
  };
}
