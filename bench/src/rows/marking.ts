import { latency, rate, runLoad } from '../driver/load';
import { messagesPath, type Room } from '../world';
import { MESSAGES_READ, readers, write } from './prepared';
import type { Row, RowContext, RowMeasures } from './row';

/** Rows of small writes about messages: what people do more often than writing. */
const IN_FLIGHT = 16;
const ALONE = 1;

async function measure(
  { world, pace, meter }: RowContext,
  room: Room,
  { inFlight, step }: { inFlight: number; step: (worker: number) => Promise<void> },
): Promise<RowMeasures> {
  const measured = await runLoad({ workers: inFlight, pace, meter, step });
  await world.settle([room]);
  const { samples, errors, problem } = measured;
  const latencies = [latency(measured, 50), latency(measured, 95), latency(measured, 99)];
  return { figures: [rate(measured, 'acks'), ...latencies], samples, errors, problem };
}

const reactions: Row = {
  name: 'reactions',
  title: `reactions on and off, ${IN_FLIGHT} in flight`,
  async run(context) {
    const { world } = context;
    const people = Array.from({ length: IN_FLIGHT }, (_none, at) => `e-${at}`);
    const room = await world.room('e-owner', people);
    const messages = await write(world, room, IN_FLIGHT);
    const turns = new Uint32Array(IN_FLIGHT);
    const emoji = encodeURIComponent('👍');
    const step = async (worker: number): Promise<void> => {
      const method = turns[worker]!++ % 2 === 0 ? 'PUT' : 'DELETE';
      const path = `${messagesPath(room.threadId)}/${messages[worker]}/reactions/${emoji}`;
      await world.write({ method, path }, { person: room.members[worker + 1]!, connection: worker });
    };
    return measure(context, room, { inFlight: IN_FLIGHT, step });
  },
};

const readingRow = (name: string, inFlight: number): Row => ({
  name,
  title: `read positions moved, ${inFlight} in flight`,
  async run(context) {
    const { world } = context;
    const room = await world.room(`${name}-owner`, readers(name));
    const people = room.members.length - 1;
    const messages = await write(world, room, MESSAGES_READ);
    await world.settle([room]);
    let turn = 0;
    const step = async (worker: number): Promise<void> => {
      // Everybody reads the first message, then everybody the second: each time a position moves.
      const [reader, at] = [turn % people, Math.floor(turn++ / people) % messages.length];
      const call = {
        method: 'PUT' as const,
        path: `/api/v1/threads/${room.threadId}/read`,
        body: JSON.stringify({ messageId: messages[at] }),
      };
      await world.write(call, { person: room.members[reader + 1]!, connection: worker });
    };
    return measure(context, room, { inFlight, step });
  },
});

export const markingRows: Row[] = [reactions, readingRow('read', IN_FLIGHT), readingRow('read-1', ALONE)];
