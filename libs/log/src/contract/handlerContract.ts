import { eventually } from '@threadlog/testing';
import type { EventLog, Subscription } from '../port';
import { appendAll, createRecorder, followAll, PARTITIONS, record, START } from './harness';

/** How every driver's `follow` calls its handler: one batch at a time, bounded, again after a failure, and how it stops. */
export function handlerContract(open: () => EventLog): void {
  describe('the handler of a follow', () => {
    let subscription: Subscription | undefined;
    afterEach(() => subscription?.stop());
    const some = (count: number, padding = 0) =>
      Array.from({ length: count }, (_, index) => record(`r${index}`, 1, padding));

    it('calls a handler once at a time for a partition, and does not let one partition wait for another', async () => {
      const log = open();
      const recorder = createRecorder();
      recorder.hold(0);
      subscription = await followAll(log, recorder.onBatch);

      await appendAll(log, 0, [record('a')]);
      await recorder.received(0, 1);
      await appendAll(log, 0, [record('b')]);
      await appendAll(log, 1, some(20));
      await recorder.received(1, 20);

      expect(recorder.names(0)).toEqual(['a']);
      recorder.release(0);
      await recorder.received(0, 2);
    });

    it('bounds what it holds of a slow partition, and loses nothing of it', async () => {
      const log = open();
      const recorder = createRecorder();
      recorder.hold(0);
      subscription = await followAll(log, recorder.onBatch, 64 * 1024);
      await appendAll(log, 0, some(2_000, 2_000));
      await recorder.received(0, 1);
      await appendAll(log, 1, some(50));
      await recorder.received(1, 50);

      recorder.release(0);
      await recorder.received(0, 2_000);

      expect(recorder.names(0)).toEqual(some(2_000).map((_, index) => `r${index}`));
      // Fetched while the handler held: no more than the bound and one fetch, so the rest came in further batches.
      expect(recorder.batches.filter(({ partition }) => partition === 0).length).toBeGreaterThan(2);
    });

    it('delivers a rejected batch again, the same one, and goes on', async () => {
      const log = open();
      const recorder = createRecorder();
      const seen: string[][] = [];
      let failures = 2;
      subscription = await followAll(log, async (batch) => {
        seen.push(batch.records.map(({ value }) => value.toString()));
        if (failures-- > 0) throw new Error('not now');
        await recorder.onBatch(batch);
      });

      await appendAll(log, 0, [record('a')]);
      await recorder.received(0, 1);
      await appendAll(log, 0, [record('b')]);
      await recorder.received(0, 2);

      expect(seen.slice(0, 3)).toEqual([['a'], ['a'], ['a']]);
      expect(recorder.names(0)).toEqual(['a', 'b']);
    });

    it('goes on where its handler says, there or back, and tells how far it is', async () => {
      const log = open();
      const recorder = createRecorder();
      const four = ['a', 'b', 'c', 'd'].map((name) => record(name, 2));
      await appendAll(log, 0, four);
      const sent = [{ offset: 1, maxEpoch: 0 }, { offset: 3, maxEpoch: 2 }, undefined];
      subscription = await followAll(log, async (batch) => {
        await recorder.onBatch(batch);
        return batch.next.offset === 4 ? sent.shift() : undefined;
      });
      await recorder.received(0, 8);

      expect(recorder.names(0)).toEqual(['a', 'b', 'c', 'd', 'b', 'c', 'd', 'd']);
      await eventually(() => expect(subscription!.position(0)).toEqual({ offset: 4, maxEpoch: 2 }));
      expect(recorder.batches.at(-1)).toMatchObject({ from: 3, next: { offset: 4 } });
      expect(() => subscription!.position(PARTITIONS)).toThrow(RangeError);
    });

    it('tells a handler that runs when it is told to stop, and why it makes no progress', async () => {
      const log = open();
      let runs = 0;
      subscription = await followAll(log, async (_batch, signal) => {
        runs += 1;
        if (runs === 1) throw new Error('not now');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw new Error('stopped');
      });
      expect(subscription.trouble()).toBeNull();
      await appendAll(log, 0, [record('a')]);
      await eventually(() => expect(subscription!.trouble()?.message).toBe('not now'));
      await eventually(() => expect(runs).toBe(2));

      await subscription.stop();

      expect(runs).toBe(2);
      expect(subscription.position(0)).toEqual(START);
    });

    it('drops what was fetched before a seek, and lets the running handler end first', async () => {
      const log = open();
      const recorder = createRecorder();
      recorder.hold(0);
      subscription = await followAll(log, recorder.onBatch);
      await appendAll(log, 0, [record('a')]);
      await recorder.received(0, 1);
      await appendAll(log, 0, [record('b'), record('c')]);

      subscription.seek(0, { offset: 2, maxEpoch: 0 });
      expect(recorder.names(0)).toEqual(['a']);
      recorder.release(0);
      await recorder.received(0, 2);

      expect(recorder.names(0)).toEqual(['a', 'c']);
    });

    it('stops when no handler runs any more, and delivers nothing afterwards', async () => {
      const log = open();
      const recorder = createRecorder();
      recorder.hold(0);
      subscription = await followAll(log, recorder.onBatch);
      await appendAll(log, 0, [record('a')]);
      await recorder.received(0, 1);
      let stopped = false;

      const stopping = subscription.stop().then(() => (stopped = true));
      await appendAll(log, 0, [record('b')]);
      expect(stopped).toBe(false);
      recorder.release(0);
      await stopping;

      expect(recorder.names()).toEqual(['a']);
      await expect(subscription.stop()).resolves.toBeUndefined();
    });
  });
}
