import { measureArrivals } from './arrivals';
import { setTimeout as delay } from 'node:timers/promises';
import { latency, runLoad } from '../driver/load';
import { openWebhookReceiver } from '../driver/webhookReceiver';
import type { World } from '../world';
import type { Row, RowContext, RowMeasures } from './row';

const ROOMS = 50;
const SENDERS = 16;
const WINDOW = 256;
const TIMEOUT_MS = 5_000;
/** The service looks for new endpoints each second. */
const TOLD_MS = 30_000;

/** Endpoints that are told of the same events: so that posting is a small part of what a delivery costs. */
const ENDPOINTS = 4;

/**
 * Deliveries to endpoints that answer at once: from the ack of a message to its delivery, one at a time, without and with another
 * endpoint that never answers; then deliveries a second while messages are posted in 50 rooms, to one and to four.
 */
export const webhooksRow: Row = {
  name: 'webhooks',
  title: 'webhooks to endpoints that answer',
  async run(context) {
    if (!context.system.internals) throw new Error('needs a system of its own: not with --url');
    const counts = new Uint32Array(ENDPOINTS);
    const alone: Alone = { threads: new Set() };
    // An endpoint may be told, late, of what was posted before it was counted: in those threads nothing is.
    const heard = (at: number) => (threadId: string) => {
      if (alone.threads.has(threadId)) alone.heard?.();
      else counts[at]! += 1;
    };
    const ends: (() => Promise<void>)[] = [];
    const open = async (answers: boolean, onDelivery: (threadId: string) => void): Promise<void> =>
      void ends.push(await openEndpoint(context.world, answers, onDelivery));
    try {
      await open(true, heard(0));
      const quiet = await measureAlone(context, alone, 'from ack');
      const one = await measureBusy(context, counts.subarray(0, 1), 'deliveries');
      await open(false, () => undefined);
      const beside = await measureAlone(context, alone, 'beside one that hangs');
      await ends.pop()!();
      for (let at = 1; at < ENDPOINTS; at += 1) await open(true, heard(at));
      const four = await measureBusy(context, counts, `deliveries to ${ENDPOINTS}`);
      return together([quiet, one, beside, four]);
    } finally {
      for (const end of ends) await end();
    }
  },
};

/** Messages that are posted one at a time, in threads of their own. */
interface Alone {
  threads: Set<string>;
  heard?: (() => void) | undefined;
}

function together(parts: readonly RowMeasures[]): RowMeasures {
  return {
    figures: parts.flatMap(({ figures }) => figures),
    samples: parts.reduce((sum, { samples }) => sum + samples, 0),
    errors: parts.reduce((sum, { errors }) => sum + errors, 0),
    problem: parts.map(({ problem }) => problem).find((problem) => problem !== undefined),
  };
}

const PATH = '/api/v1/webhooks';
const byAdmin = (world: World) => ({ person: world.tenant.person('w-admin', 'admin'), connection: 0 });

/** A receiver of its own and an endpoint of the tenant that leads there; both end with what is returned. */
async function openEndpoint(
  world: World,
  answers: boolean,
  onDelivery: (threadId: string) => void,
): Promise<() => Promise<void>> {
  const receiver = await openWebhookReceiver(onDelivery, answers);
  const body = JSON.stringify({ url: receiver.url, events: ['message.created'] });
  const reply = await world.write({ method: 'POST', path: PATH, body }, byAdmin(world)).catch((error: unknown) => {
    receiver.close();
    throw error;
  });
  const { id } = JSON.parse(reply.text()) as { id: string };
  return async () => {
    await world.write({ method: 'DELETE', path: `${PATH}/${id}` }, byAdmin(world)).finally(() => receiver.close());
  };
}

async function measureAlone({ world, pace }: RowContext, alone: Alone, when: string): Promise<RowMeasures> {
  const room = await world.room('w-sender', ['w-other']);
  alone.threads.add(room.threadId);
  const sender = { ...room, members: [room.members[0]!] };

  async function step(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const timer = setTimeout(() => reject(new Error('the delivery did not come')), TIMEOUT_MS);
    alone.heard = () => resolve(performance.now());
    // It may come before the answer to whoever posted.
    const [cameAt, ackedAt] = await Promise.all([promise, world.post(sender, 0).then(() => performance.now())]).finally(
      () => clearTimeout(timer),
    );
    return Math.max(0, cameAt - ackedAt);
  }
  const measured = await runLoad({ workers: 1, pace, step });
  alone.heard = undefined;
  const { samples, errors, problem } = measured;
  return {
    figures: [latency(measured, 50, `p50 ${when}`), latency(measured, 99, `p99 ${when}`)],
    samples,
    errors,
    problem,
  };
}

async function measureBusy(context: RowContext, counts: Uint32Array, name: string): Promise<RowMeasures> {
  const rooms = await context.world.rooms(ROOMS, 2);
  let turn = 0;
  const send = (connection: number) => context.world.post(rooms[turn++ % ROOMS]!, connection);
  await untilTold(() => send(0), counts);
  const measured = await measureArrivals(context, {
    send,
    counts,
    trouble: () => null,
    senders: SENDERS,
    window: WINDOW,
  });
  return { ...measured, figures: measured.figures.slice(0, 1).map((figure) => ({ ...figure, name })) };
}

/** Every endpoint is known, and what is counted begins with the next message. */
async function untilTold(send: () => Promise<unknown>, counts: Uint32Array): Promise<void> {
  counts.fill(0);
  await send();
  const deadline = performance.now() + TOLD_MS;
  while (Math.min(...counts) === 0 && performance.now() < deadline) await delay(10);
  counts.fill(0);
}
