import type { OutgoingRecord } from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import type { EventLog, LogRecord, Subscription, TailLoss } from '../port';
import { appendAll, createRecorder, followAll, readAll, record, START } from './harness';

/** What every driver's `follow` delivers, from where on and in which order. */
export function followContract(
  open: () => EventLog,
  appendForeign: (one: OutgoingRecord, timestamp: number) => Promise<void>,
): void {
  describe('follow', () => {
    let subscription: Subscription | undefined;
    afterEach(() => subscription?.stop());

    it('delivers what is there and what comes, in order', async () => {
      const log = open();
      const recorder = createRecorder();
      await appendAll(log, 1, [record('a'), record('b')]);

      subscription = await followAll(log, recorder.onBatch);
      await recorder.received(1, 2);
      await appendAll(log, 1, [record('c')]);
      await recorder.received(1, 3);

      expect(recorder.names(1)).toEqual(['a', 'b', 'c']);
      expect(recorder.batches.at(-1)).toMatchObject({ next: { offset: 3, maxEpoch: 1 }, head: 3 });
    });

    it('delivers what is appended here, elsewhere, and by an owner whose time is over, as a read does', async () => {
      const log = open();
      const recorder = createRecorder();
      subscription = await followAll(log, recorder.onBatch);
      const [owner, former] = [await log.openAppender(), await log.openAppender()];
      await former.append(0, [record('former', 1)]);
      for (let round = 0; round < 30; round += 1) {
        // Several in flight or queued, so that some are acked together and fetches come between.
        const appends = [0, 1, 2].map((at) => owner.append(0, [record(`r${round}.${at}`, 2)]));
        if (round % 5 === 1) appends.push(former.append(0, [record(`stale${round}`, 1)]));
        await Promise.all(round % 2 === 0 ? appends : [...appends, owner.append(1, [record(`other${round}`, 2)])]);
        if (round % 7 === 3) await appendForeign(record(`foreign${round}`, 2), Date.now());
      }
      const late = owner.append(0, [record('unknown', 2)]).catch(() => undefined);
      owner.abandon(new Error('the lease is gone'));
      await Promise.all([late, former.close()]);
      await appendAll(log, 0, [record('last', 3)]);
      await eventually(() => expect(recorder.names(0)).toContain('last'));

      const read = (await readAll(log, 0)).flatMap(({ records }) => records);
      const followed = recorder.batches.filter(({ partition }) => partition === 0).flatMap(({ records }) => records);
      const told = ({ offset, key, value, headers }: LogRecord) => ({ offset, key, value: value.toString(), headers });
      expect(followed.map(told)).toEqual(read.map(told));
      expect(read.length).toBeGreaterThan(95);
      expect(recorder.names(0).filter((name) => name.startsWith('stale'))).toEqual([]);
    });

    it('starts where it is told, with the epoch it is told, on the partitions it is told', async () => {
      const log = open();
      const recorder = createRecorder();
      await appendAll(log, 0, [record('a', 1), record('stale', 2), record('b', 4)]);
      await appendAll(log, 1, [record('other')]);

      const start = new Map([[0, { offset: 1, maxEpoch: 3 }]]);
      subscription = await log.follow({ name: 'contract', start, onBatch: recorder.onBatch });
      await recorder.received(0, 1);

      expect(recorder.names()).toEqual(['b']);
      expect(recorder.batches.reduce((sum, { fenced }) => sum + fenced, 0)).toBe(1);
    });

    it('moves on over a run that is fenced whole', async () => {
      const log = open();
      const recorder = createRecorder();
      await appendAll(log, 0, [record('stale', 1), record('stale', 2)]);

      const start = new Map([[0, { offset: 0, maxEpoch: 9 }]]);
      subscription = await log.follow({ name: 'contract', start, onBatch: recorder.onBatch });

      await eventually(() => expect(recorder.batches.at(-1)?.next).toEqual({ offset: 2, maxEpoch: 9 }));
      expect(recorder.names()).toEqual([]);
    });

    it('seeks back and forth', async () => {
      const log = open();
      const recorder = createRecorder();
      await appendAll(
        log,
        0,
        ['a', 'b', 'c', 'd'].map((name) => record(name)),
      );
      subscription = await followAll(log, recorder.onBatch);
      await recorder.received(0, 4);

      subscription.seek(0, { offset: 1, maxEpoch: 0 });
      await recorder.received(0, 7);
      subscription.seek(0, { offset: 3, maxEpoch: 0 });
      await recorder.received(0, 8);

      expect(recorder.names(0)).toEqual(['a', 'b', 'c', 'd', 'b', 'c', 'd', 'd']);
    });

    it('tells of a start beyond the end, takes nothing before it, and goes on with the others', async () => {
      const log = open();
      const recorder = createRecorder();
      const losses: TailLoss[] = [];
      log.onLoss((loss) => losses.push(loss));
      await appendAll(log, 0, [record('a')]);
      const start = new Map([
        [0, { offset: 3, maxEpoch: 1 }],
        [1, START],
      ]);

      subscription = await log.follow({ name: 'contract', start, onBatch: recorder.onBatch });
      await appendAll(log, 0, [record('b')]);
      await appendAll(log, 1, [record('other')]);
      await recorder.received(1, 1);
      await appendAll(log, 0, [record('c'), record('d'), record('e')]);
      await recorder.received(0, 2);

      expect(losses).toContainEqual({ partition: 0, offset: 3, head: 1 });
      expect(recorder.names(0)).toEqual(['d', 'e']);
    });

    it('refuses a seek in what it does not follow', async () => {
      const onBatch = () => Promise.resolve();
      subscription = await open().follow({ name: 'contract', start: new Map([[0, START]]), onBatch });
      expect(() => subscription!.seek(1, START)).toThrow(RangeError);
    });
  });
}
