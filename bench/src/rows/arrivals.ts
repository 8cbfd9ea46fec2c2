import { setTimeout as delay } from 'node:timers/promises';
import { perSecond } from '../report/result';
import { median } from '../report/stats';
import type { RowContext, RowMeasures } from './row';
import { pause, pauseRound } from '../driver/load';

/** Messages that are sent, and who is to get each of them. */
export interface Arrivals {
  /** Posts one message, over the connection of that number. */
  send(connection: number): Promise<unknown>;
  /** Messages that each receiver has got so far. */
  counts: Uint32Array;
  /** Why a receiver gets no more; null where all do. */
  trouble(): string | null;
  senders: number;
  /** Messages that may be on their way to the slowest receiver: enough never to idle. */
  window: number;
}

/** A window as large as any, at a few hundred a second. */
const DRAIN_MS = 10_000;

/** Sends as fast as the slowest receiver gets, and counts what arrives in a second. Every message must arrive. */
export async function measureArrivals(
  { pace, meter }: Pick<RowContext, 'pace' | 'meter'>,
  { send, counts, trouble, senders, window }: Arrivals,
): Promise<RowMeasures> {
  const stop = new AbortController();
  let sent = 0;
  let failure: string | undefined;
  const delivered = (): number => counts.reduce((sum, count) => sum + count, 0);
  const slowest = (): number => Math.min(...counts);

  async function sendOn(connection: number): Promise<void> {
    while (!stop.signal.aborted) {
      if (sent - slowest() >= window) {
        await delay(1);
        continue;
      }
      sent += 1;
      await send(connection);
    }
  }
  const work = Promise.all(Array.from({ length: senders }, (_none, at) => sendOn(at))).catch((error: Error) => {
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
  // Every message must arrive: a server that drops some would otherwise look fast.
  const deadline = performance.now() + DRAIN_MS;
  while (slowest() < sent && !failure && !trouble() && performance.now() < deadline) await delay(10);
  const missing = sent * counts.length - delivered();
  const problem = failure ?? trouble() ?? (missing === 0 ? undefined : `${missing} did not arrive`);
  return {
    figures: [perSecond('deliveries', median(rates)), perSecond('messages', median(rates) / counts.length)],
    samples: delivered(),
    errors: problem ? Math.max(missing, 1) : 0,
    problem,
  };
}
