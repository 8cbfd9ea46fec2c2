import { latency, rate, runLoad } from '../driver/load';
import type { Room } from '../world';
import type { Row } from './row';

const MEMBERS = 4;

interface Posting {
  name: string;
  title: string;
  rooms: number;
  inFlight: number;
}

/** Messages posted over HTTP until they are acknowledged: each worker has one in flight and goes from room to room. */
function postingRow({ name, title, rooms: count, inFlight }: Posting): Row {
  return {
    name,
    title,
    async run({ world, pace, meter }) {
      const rooms = await world.rooms(count, MEMBERS);
      let next = 0;
      const roomOfTurn = (): Room => rooms[next++ % rooms.length]!;
      const measured = await runLoad({
        workers: inFlight,
        pace,
        meter,
        step: async (worker) => void (await world.post(roomOfTurn(), worker)),
      });
      await world.settle(rooms);
      const { samples, errors, problem } = measured;
      const latencies = [latency(measured, 50), latency(measured, 95), latency(measured, 99)];
      return { figures: [rate(measured, 'acks'), ...latencies], samples, errors, problem };
    },
  };
}

export const postingRows: Row[] = [
  postingRow({ name: 'ack', title: 'ack, 1 in flight', rooms: 1, inFlight: 1 }),
  postingRow({ name: 'room-16', title: 'one room, 16 in flight', rooms: 1, inFlight: 16 }),
  postingRow({ name: 'room-32', title: 'one room, 32 in flight', rooms: 1, inFlight: 32 }),
  postingRow({ name: 'rooms-50', title: '50 rooms, 32 in flight', rooms: 50, inFlight: 32 }),
];
