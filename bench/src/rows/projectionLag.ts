import { setTimeout as delay } from 'node:timers/promises';
import { latency, runLoad, type Measured } from '../driver/load';
import { milliseconds, type Figure } from '../report/result';
import { median } from '../report/stats';
import { messagesPath, type Room, type World } from '../world';
import type { Row, RowContext } from './row';

const ROOMS = 50;
const IN_FLIGHT = 32;
/** Far below what the system can take: what users see on an ordinary day. */
const STEADY_PER_SECOND = 500;

/**
 * From the ack of a message to the answer of a read that shows it, the read's own time included, while others write:
 * at a steady rate, and with as many in flight as the throughput rows have.
 */
export const projectionLagRow: Row = {
  name: 'lag',
  title: 'ack to visible, under load',
  async run(context) {
    const rooms = await context.world.rooms(ROOMS, 2);
    const steady = await sampleLag(context, rooms, { workers: 4, intervalMs: (4 * 1000) / STEADY_PER_SECOND });
    const busy = await sampleLag(context, rooms, { workers: IN_FLIGHT, intervalMs: 0 });
    await context.world.settle(rooms);
    return {
      figures: [...lagFigures(steady, `at ${STEADY_PER_SECOND}/s`), ...lagFigures(busy, `at ${IN_FLIGHT} in flight`)],
      samples: steady.samples + busy.samples,
      errors: steady.errors + busy.errors,
      problem: steady.problem ?? busy.problem,
    };
  },
};

function lagFigures(measured: Measured, when: string): Figure[] {
  const most = measured.rounds.map(({ latencies }) => latencies.at(-1) ?? NaN);
  return [latency(measured, 50, `p50 ${when}`), milliseconds(`max ${when}`, median(most))];
}

interface Background {
  workers: number;
  /** Time from one message of a worker to its next; 0 for as fast as they are acknowledged. */
  intervalMs: number;
}

async function sampleLag({ world, pace }: RowContext, rooms: Room[], background: Background): Promise<Measured> {
  const stop = new AbortController();
  const noise = Promise.all(
    Array.from({ length: background.workers }, (_none, at) =>
      keepPosting({ world, rooms, connection: at + 1, intervalMs: background.intervalMs, signal: stop.signal }),
    ),
  );
  let turn = 0;
  const step = async (): Promise<number> => {
    const room = rooms[turn++ % rooms.length]!;
    const { consistencyToken } = await world.post(room, 0);
    const acked = performance.now();
    await world.read(`${messagesPath(room.threadId)}?limit=1`, {
      person: room.members[0]!,
      connection: 0,
      consistencyToken: consistencyToken ?? undefined,
    });
    return performance.now() - acked;
  };
  const measured = await runLoad({ workers: 1, pace, step });
  stop.abort();
  await noise;
  return measured;
}

interface Noise {
  world: World;
  rooms: Room[];
  connection: number;
  intervalMs: number;
  signal: AbortSignal;
}

/** Keeps its own schedule: an answer that is late does not make the next message late. */
async function keepPosting({ world, rooms, connection, intervalMs, signal }: Noise): Promise<void> {
  let due = performance.now();
  for (let turn = connection; !signal.aborted; turn++) {
    await world.post(rooms[turn % rooms.length]!, connection).catch(() => delay(20));
    due = Math.max(due + intervalMs, performance.now() - 1_000);
    if (intervalMs > 0) await delay(Math.max(0, due - performance.now()));
  }
}
