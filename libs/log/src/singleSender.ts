import type { Outbox, Sender } from './appender';
import type { Share } from './appendQueue';

export interface SingleSenderDeps {
  partitions: number;
  /** Sends and waits for the acks; resolves with the base offset of every partition. Rejecting is the appender's end. */
  transmit(shares: Share[]): Promise<ReadonlyMap<number, number>>;
  discard(): Promise<void>;
}

/** Sends for all partitions at once: the next request leaves when the one before is back, with all that queued up. */
export function createSingleSender({ partitions, transmit, discard }: SingleSenderDeps, outbox: Outbox): Sender {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  let busy = false;

  async function run(): Promise<void> {
    try {
      for (let shares = outbox.take(all); shares.length > 0; shares = outbox.take(all)) {
        const begun = performance.now();
        const offsets = await transmit(shares);
        outbox.acked(shares, offsets, performance.now() - begun);
      }
    } catch (error) {
      outbox.fail(error instanceof Error ? error : new Error(String(error)));
    }
    busy = false;
  }

  return {
    wake() {
      if (busy) return;
      busy = true;
      queueMicrotask(() => void run());
    },
    discard,
  };
}
