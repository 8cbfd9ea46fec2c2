import { latency, runLoad } from '../driver/load';
import { openReceiver } from '../driver/sockets';
import type { Row } from './row';

const TIMEOUT_MS = 5_000;

/** From sending the request to the frame at another member's socket, one message at a time. */
export const socketLatencyRow: Row = {
  name: 'socket',
  title: 'send to socket, 1 in flight',
  async run({ system, world, pace, meter }) {
    const room = await world.room('s-sender', ['s-receiver']);
    await world.settle([room]);
    let arrived: (() => void) | undefined;
    const receiver = await openReceiver({
      url: system.realtimeUrl,
      token: world.tenant.person('s-receiver').token,
      onMessage: () => arrived?.(),
    });
    const sender = { ...room, members: [room.members[0]!] };

    async function step(): Promise<number> {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const timer = setTimeout(() => reject(new Error(receiver.trouble() ?? 'the frame did not come')), TIMEOUT_MS);
      const began = performance.now();
      arrived = () => resolve(performance.now() - began);
      // Frame and answer come in either order; the next message must wait for both.
      const [took] = await Promise.all([promise, world.post(sender, 0)]).finally(() => clearTimeout(timer));
      return took;
    }
    const measured = await runLoad({ workers: 1, pace, meter, step });
    receiver.close();
    const { samples, errors, problem } = measured;
    return { figures: [latency(measured, 50), latency(measured, 95), latency(measured, 99)], samples, errors, problem };
  },
};
