import { latency, runLoad } from '../driver/load';
import type { Person } from '../system/tokens';
import { messagesPath, type Room, type World } from '../world';
import { oncePerWorld, PAGE } from './prepared';
import type { Row } from './row';

const MESSAGES = 1_000;
const THREADS = 60;
const WRITERS = 16;

interface Reading {
  name: string;
  title: string;
  /** Writes what is to be read and returns who reads what, and how many items must come back. */
  prepare(world: World): Promise<{ path: string; person: Person; items: 'messages' | 'threads' }>;
}

/** The same page again and again, one request in flight. */
function readingRow({ name, title, prepare }: Reading): Row {
  return {
    name,
    title,
    async run({ world, pace, meter }) {
      const { path, person, items } = await prepare(world);
      const first = await world.read(path, { person, connection: 0 });
      const page = JSON.parse(first.text()) as Record<string, unknown[] | undefined>;
      if (page[items]?.length !== PAGE) throw new Error(`a page of ${page[items]?.length} ${items}, not of ${PAGE}`);
      const measured = await runLoad({
        workers: 1,
        pace,
        meter,
        step: async () => void (await world.read(path, { person, connection: 0 })),
      });
      const { samples, errors, problem } = measured;
      const figures = [latency(measured, 50), latency(measured, 95), latency(measured, 99)];
      return { figures, samples, errors, problem };
    },
  };
}

/** A room of many messages, all of them to be read. */
export const fullRoom = oncePerWorld(async (world): Promise<Room> => {
  const room = await world.room('p-owner', ['p-1', 'p-2', 'p-3']);
  let left = MESSAGES;
  const post = async (worker: number): Promise<void> => {
    while (left-- > 0) await world.post(room, worker);
  };
  await Promise.all(Array.from({ length: WRITERS }, (_none, worker) => post(worker)));
  await world.settle([room]);
  return room;
});

/** Somebody who takes part in more threads than a page has. */
export const manyThreads = oncePerWorld(async (world): Promise<Person> => {
  const rooms = [];
  for (let at = 0; at < THREADS; at++) rooms.push(await world.room(`t-${at}`, ['t-reader', 't-other']));
  await world.settle(rooms);
  return world.tenant.person('t-reader');
});

const messagePage = readingRow({
  name: 'page',
  title: `page of ${PAGE} messages`,
  async prepare(world) {
    const room = await fullRoom(world);
    return { path: `${messagesPath(room.threadId)}?limit=${PAGE}`, person: room.members[1]!, items: 'messages' };
  },
});

const threadList = readingRow({
  name: 'threads',
  title: `list of ${PAGE} threads`,
  async prepare(world) {
    return { path: `/api/v1/threads?limit=${PAGE}`, person: await manyThreads(world), items: 'threads' };
  },
});

export const readingRows: Row[] = [messagePage, threadList];
