import { randomUUID } from 'node:crypto';
import { latency, runLoad } from '../driver/load';
import { overGrpc, overHttp, type Asked, type Transport } from './chatCalls';
import { TEXT, type Room, type World } from '../world';
import { MESSAGES_READ, PAGE, readers, write } from './prepared';
import { fullRoom, manyThreads } from './reading';
import type { Row } from './row';

/** One of the four calls that `/v1` and gRPC have alike. */
interface Call {
  name: string;
  method: string;
  title: string;
  /** What is asked, turn by turn; `items` is a list of the answer that is a whole page. */
  prepare(world: World, row: string): Promise<{ ask(turn: number): Asked; items?: string; rooms: Room[] }>;
}

const CALLS: readonly Call[] = [
  {
    name: 'send',
    method: 'SendMessage',
    title: 'send',
    async prepare(world, row) {
      const room = await world.room(`${row}-owner`, [`${row}-1`, `${row}-2`, `${row}-3`]);
      const ask = (turn: number): Asked => ({
        person: room.members[turn % room.members.length]!,
        request: { conversation_id: room.threadId, content: TEXT, idempotency_key: randomUUID() },
      });
      return { ask, rooms: [room] };
    },
  },
  {
    name: 'page',
    method: 'GetMessages',
    title: `page of ${PAGE} messages`,
    async prepare(world) {
      const { threadId, members } = await fullRoom(world);
      const asked = { person: members[1]!, request: { conversation_id: threadId, limit: PAGE } };
      return { ask: () => asked, items: 'messages', rooms: [] };
    },
  },
  {
    name: 'list',
    method: 'GetConversations',
    title: `list of ${PAGE} conversations`,
    async prepare(world) {
      const asked = { person: await manyThreads(world), request: { limit: PAGE } };
      return { ask: () => asked, items: 'conversations', rooms: [] };
    },
  },
  {
    name: 'mark',
    method: 'MarkAsRead',
    title: 'read positions moved',
    async prepare(world, row) {
      const room = await world.room(`${row}-owner`, readers(row));
      const messages = await write(world, room, MESSAGES_READ);
      await world.settle([room]);
      const ask = (turn: number): Asked => {
        const people = room.members.length - 1;
        const message_id = messages[Math.floor(turn / people) % messages.length]!;
        return {
          person: room.members[(turn % people) + 1]!,
          request: { conversation_id: room.threadId, message_id },
        };
      };
      return { ask, rooms: [room] };
    },
  },
];

function transportRow(call: Call, transport: Transport): Row {
  const name = `${transport.name}-${call.name}`;
  return {
    name,
    title: `${transport.title}: ${call.title}, 1 in flight`,
    async run(context) {
      const { world, pace, meter } = context;
      const caller = transport.open(context);
      try {
        const { ask, items, rooms } = await call.prepare(world, name);
        let turn = 0;
        const first = (await caller.call(call.method, ask(turn++)))() as Record<string, unknown[] | undefined>;
        if (items && first[items]?.length !== PAGE) throw new Error(`a page of ${first[items]?.length} ${items}`);
        const step = async () => void (await caller.call(call.method, ask(turn++)));
        const measured = await runLoad({ workers: 1, pace, meter, step });
        await world.settle(rooms);
        const { samples, errors, problem } = measured;
        return { figures: [50, 95, 99].map((percent) => latency(measured, percent)), samples, errors, problem };
      } finally {
        caller.close();
      }
    },
  };
}

/** Each call over either, one right after the other: what differs is the transport. */
export const transportRows: Row[] = CALLS.flatMap((call) =>
  [overHttp, overGrpc].map((transport) => transportRow(call, transport)),
);
