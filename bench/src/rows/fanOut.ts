import { measureArrivals } from './arrivals';
import { openReceiver } from '../driver/sockets';
import type { Row } from './row';

const RECEIVERS = 100;
const SENDERS = 16;
/** Short of slow-consumer limits. */
const WINDOW = 64;

/** One room of a hundred sockets: frames that arrive in a second, all sockets together. */
export const fanOutRow: Row = {
  name: 'fan-out',
  title: `${RECEIVERS} receivers in one room`,
  async run(context) {
    const { world, system } = context;
    const names = Array.from({ length: RECEIVERS }, (_none, at) => `f-${at}`);
    const room = await world.room('f-sender', names);
    await world.settle([room]);
    const counts = new Uint32Array(RECEIVERS);
    const receivers = await Promise.all(
      names.map((name, at) =>
        openReceiver({
          url: system.realtimeUrl,
          token: world.tenant.person(name).token,
          onMessage: () => void counts[at]!++,
        }),
      ),
    );
    const sender = { ...room, members: [room.members[0]!] };
    try {
      return await measureArrivals(context, {
        send: (connection) => world.post(sender, connection),
        counts,
        trouble: () => receivers.map((receiver) => receiver.trouble()).find((each) => each !== null) ?? null,
        senders: SENDERS,
        window: WINDOW,
      });
    } finally {
      for (const receiver of receivers) receiver.close();
    }
  },
};
