import { setTimeout as delay } from 'node:timers/promises';
import { pause, pauseRound } from '../driver/load';
import { openReceiver, type Receiver } from '../driver/sockets';
import { perSecond } from '../report/result';
import { median } from '../report/stats';
import type { Room } from '../world';
import type { Row, RowContext, RowMeasures } from './row';

const RECEIVERS = 100;
const SENDERS = 16;
/** Messages that may be on their way to the slowest receiver: full enough never to idle, short of slow-consumer limits. */
const WINDOW = 64;
const DRAIN_MS = 10_000;

/** One room of a hundred sockets: frames that arrive in a second, all sockets together. */
export const fanOutRow: Row = {
  name: 'fan-out',
  title: `${RECEIVERS} receivers in one room`,
  async run(context) {
    const { world } = context;
    const names = Array.from({ length: RECEIVERS }, (_none, at) => `f-${at}`);
    const room = await world.room('f-sender', names);
    await world.settle([room]);
    const counts = new Uint32Array(RECEIVERS);
    const receivers = await Promise.all(
      names.map((name, at) =>
        openReceiver({
          url: context.system.realtimeUrl,
          token: world.tenant.person(name).token,
          onMessage: () => void counts[at]!++,
        }),
      ),
    );
    try {
      return await measure(context, { room: { ...room, members: [room.members[0]!] }, counts, receivers });
    } finally {
      for (const receiver of receivers) receiver.close();
    }
  },
};

interface Audience {
  room: Room;
  /** Frames that each receiver got. */
  counts: Uint32Array;
  receivers: Receiver[];
}

async function measure(
  { world, pace, meter }: RowContext,
  { room, counts, receivers }: Audience,
): Promise<RowMeasures> {
  const stop = new AbortController();
  let sent = 0;
  let failure: string | undefined;
  const delivered = (): number => counts.reduce((sum, count) => sum + count, 0);
  const slowest = (): number => Math.min(...counts);

  async function sendOn(connection: number): Promise<void> {
    while (!stop.signal.aborted) {
      if (sent - slowest() >= WINDOW) {
        await delay(1);
        continue;
      }
      sent += 1;
      await world.post(room, connection);
    }
  }
  const work = Promise.all(Array.from({ length: SENDERS }, (_none, at) => sendOn(at))).catch((error: Error) => {
    failure = error.message;
    stop.abort();
  });
  await pause(pace.warmUpMs, stop.signal);
  const rates: number[] = [];
  const deliveredBefore = delivered();
  await meter.start();
  for (let round = 0; round < pace.rounds; round++) {
    const [before, began] = [delivered(), performance.now()];
    await pauseRound(pace.roundMs, stop.signal, () => delivered() > before);
    rates.push(((delivered() - before) * 1000) / (performance.now() - began));
  }
  await meter.stop(delivered() - deliveredBefore);
  stop.abort();
  await work;
  // Every frame must arrive: a server that drops some would otherwise look fast.
  const deadline = performance.now() + DRAIN_MS;
  while (slowest() < sent && !failure && performance.now() < deadline) await delay(10);
  const missing = sent * receivers.length - delivered();
  const trouble = failure ?? receivers.map((receiver) => receiver.trouble()).find((each) => each !== null);
  const problem = trouble ?? (missing === 0 ? undefined : `${missing} frames did not arrive`);
  return {
    figures: [perSecond('deliveries', median(rates)), perSecond('messages', median(rates) / receivers.length)],
    samples: delivered(),
    errors: problem ? Math.max(missing, 1) : 0,
    problem,
  };
}
