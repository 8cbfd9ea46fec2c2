import { randomUUID } from 'node:crypto';
import { runLoad } from '../driver/load';
import { overGrpc, overHttp, type Caller } from './chatCalls';
import { warmUntilSteady } from '../driver/warmUp';
import { PAGE } from './prepared';
import type { RowContext } from './row';
import { messagesPath, TEXT, type Room, type World } from '../world';

const ROOMS = 10;
const IN_FLIGHT = 16;
/** So many messages are sent for each page that is read. */
const SENT_FOR_A_PAGE = 4;

/**
 * Writes and reads before anything is measured, for without it the first row would pay for all. Each surface that rows
 * compare gets as much: one that the compilers have not seen would look slow beside the others.
 */
export async function warmUp({ system, world, pace }: Pick<RowContext, 'system' | 'world' | 'pace'>): Promise<void> {
  const rooms = await world.rooms(ROOMS, 2);
  const callers = [overHttp, ...(system.grpcUrl === null ? [] : [overGrpc])].map(({ open }) => open({ system, world }));
  const surfaces = [rest(world), ...callers.map(over)];
  let turn = 0;
  const step = async (worker: number): Promise<void> => {
    const surface = surfaces[turn % surfaces.length]!;
    const round = Math.floor(turn++ / surfaces.length);
    const room = rooms[round % rooms.length]!;
    await surface.send(room, worker);
    if (round % SENT_FOR_A_PAGE === 0) await surface.page(room, worker);
  };
  try {
    await warmUntilSteady(pace.systemWarmUp, async (roundMs) => {
      const slice = { ...pace, warmUpMs: 0, rounds: 1, roundMs };
      return (await runLoad({ workers: IN_FLIGHT, pace: slice, step })).samples;
    });
  } finally {
    for (const caller of callers) caller.close();
  }
  await world.settle(rooms);
}

interface Surface {
  send(room: Room, worker: number): Promise<unknown>;
  page(room: Room, worker: number): Promise<unknown>;
}

const rest = (world: World): Surface => ({
  send: (room, worker) => world.post(room, worker),
  page: ({ threadId, members }, worker) =>
    world.read(`${messagesPath(threadId)}?limit=${PAGE}`, { person: members[0]!, connection: worker }),
});

const over = (caller: Caller): Surface => ({
  send({ threadId, members }, worker) {
    const request = { conversation_id: threadId, content: TEXT, idempotency_key: randomUUID() };
    return caller.call('SendMessage', { person: members[worker % members.length]!, request });
  },
  page: ({ threadId, members }) =>
    caller.call('GetMessages', { person: members[0]!, request: { conversation_id: threadId, limit: PAGE } }),
});
