import { measureArrivals } from './arrivals';
import { latency, runLoad } from '../driver/load';
import { openWebhookReceiver } from '../driver/webhookReceiver';
import type { World } from '../world';
import type { Row, RowContext, RowMeasures } from './row';

const ROOMS = 50;
const SENDERS = 16;
const WINDOW = 256;
const TIMEOUT_MS = 5_000;

/**
 * Deliveries to one endpoint that answers at once: from the ack of a message to its delivery, one at a time, then
 * deliveries a second while as many are posted in 50 rooms.
 */
export const webhooksRow: Row = {
  name: 'webhooks',
  title: 'webhooks to one endpoint',
  async run(context) {
    if (!context.system.internals) throw new Error('needs a system of its own: not with --url');
    const counts = new Uint32Array(1);
    let arrived: (() => void) | undefined;
    const receiver = await openWebhookReceiver(() => {
      counts[0]! += 1;
      arrived?.();
    });
    const endpoint = await register(context.world, receiver.url).catch((error: unknown) => {
      receiver.close();
      throw error;
    });
    try {
      const alone = await measureAlone(context, (heard) => (arrived = heard));
      counts[0] = 0;
      const busy = await measureBusy(context, counts);
      return {
        figures: [...alone.figures, ...busy.figures],
        samples: alone.samples + busy.samples,
        errors: alone.errors + busy.errors,
        problem: alone.problem ?? busy.problem,
      };
    } finally {
      await context.world.write({ method: 'DELETE', path: `${PATH}/${endpoint}` }, byAdmin(context.world));
      receiver.close();
    }
  },
};

const PATH = '/api/v1/webhooks';
const byAdmin = (world: World) => ({ person: world.tenant.person('w-admin', 'admin'), connection: 0 });

async function register(world: World, url: string): Promise<string> {
  const body = JSON.stringify({ url, events: ['message.created'] });
  const reply = await world.write({ method: 'POST', path: PATH, body }, byAdmin(world));
  return (JSON.parse(reply.text()) as { id: string }).id;
}

async function measureAlone({ world, pace }: RowContext, listen: (heard?: () => void) => void): Promise<RowMeasures> {
  const room = await world.room('w-sender', ['w-other']);
  const sender = { ...room, members: [room.members[0]!] };

  async function step(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const timer = setTimeout(() => reject(new Error('the delivery did not come')), TIMEOUT_MS);
    listen(() => resolve(performance.now()));
    // It may come before the answer to whoever posted.
    const [cameAt, ackedAt] = await Promise.all([promise, world.post(sender, 0).then(() => performance.now())]).finally(
      () => clearTimeout(timer),
    );
    return Math.max(0, cameAt - ackedAt);
  }
  const measured = await runLoad({ workers: 1, pace, step });
  listen();
  const { samples, errors, problem } = measured;
  return {
    figures: [latency(measured, 50, 'p50 from ack'), latency(measured, 99, 'p99 from ack')],
    samples,
    errors,
    problem,
  };
}

async function measureBusy(context: RowContext, counts: Uint32Array): Promise<RowMeasures> {
  const rooms = await context.world.rooms(ROOMS, 2);
  let turn = 0;
  const send = (connection: number) => context.world.post(rooms[turn++ % ROOMS]!, connection);
  const measured = await measureArrivals(context, {
    send,
    counts,
    trouble: () => null,
    senders: SENDERS,
    window: WINDOW,
  });
  return { ...measured, figures: measured.figures.slice(0, 1) };
}
