import { AppendAbandonedError, RecordTooLargeError, type EventLog } from '../port';
import { namesOf, PARTITIONS, readAll, record } from './harness';

/** What every driver's appender does. */
export function appendContract(open: () => EventLog): void {
  describe('append', () => {
    it('keeps the order of calls and answers each with its own offset', async () => {
      const log = open();
      const appender = await log.openAppender();

      const acks = await Promise.all(
        Array.from({ length: 200 }, (_, index) => appender.append(index % PARTITIONS, [record(`r${index}`)])),
      );
      await appender.close();

      const read = await Promise.all([0, 1, 2].map((partition) => readAll(log, partition)));
      read.forEach((batches, partition) => {
        const expected = Array.from({ length: 200 }, (_, index) => index).filter(
          (index) => index % PARTITIONS === partition,
        );
        expect(namesOf(batches)).toEqual(expected.map((index) => `r${index}`));
      });
      acks.forEach(({ baseOffset }, index) => {
        const found = read[index % PARTITIONS]!.flatMap(({ records }) => records).find(
          ({ offset }) => offset === baseOffset,
        );
        expect(found?.value.toString()).toBe(`r${index}`);
      });
    });

    it('puts the records of one append side by side, whatever else is appended meanwhile', async () => {
      const log = open();
      const appender = await log.openAppender();
      const group = (name: string) => [record(`${name}-a`), record(`${name}-b`), record(`${name}-c`)];

      await Promise.all(Array.from({ length: 50 }, (_, index) => appender.append(0, group(`g${index}`))));
      await appender.close();

      const names = namesOf(await readAll(log, 0));
      expect(names).toEqual(
        Array.from({ length: 50 }, (_, index) => [`g${index}-a`, `g${index}-b`, `g${index}-c`]).flat(),
      );
    });

    it('carries key, value and headers unchanged', async () => {
      const log = open();
      const appender = await log.openAppender();
      const value = Buffer.from([0, 255, 128, 10]);
      const begun = Date.now();

      await appender.append(1, [{ key: 'acme/thread/größe', value, headers: { epoch: '7', ce_type: '✓' } }]);
      await appender.close();

      const [batch] = await readAll(log, 1);
      expect(batch!.records).toMatchObject([
        { partition: 1, offset: 0, key: 'acme/thread/größe', value, headers: { epoch: '7', ce_type: '✓' } },
      ]);
      expect(batch!.records[0]!.timestamp).toBeGreaterThanOrEqual(begun);
    });

    it('refuses what can never be appended, and lives on', async () => {
      const log = open();
      const appender = await log.openAppender();

      await expect(appender.append(0, [record('huge', 1, 1024 * 1024)])).rejects.toThrow(RecordTooLargeError);
      await expect(appender.append(PARTITIONS, [record('nowhere')])).rejects.toThrow(RangeError);
      await expect(appender.append(0, [])).rejects.toThrow(RangeError);

      expect(appender.pending).toBe(0);
      await expect(appender.append(0, [record('fine')])).resolves.toEqual({ baseOffset: 0 });
      await appender.close();
    });

    it('splits between appends, never inside one, when more is queued than a batch holds', async () => {
      const log = open();
      const appender = await log.openAppender();
      const pair = (name: string) => [record(`${name}-a`, 1, 200_000), record(`${name}-b`, 1, 200_000)];

      const acks = await Promise.all(Array.from({ length: 9 }, (_, index) => appender.append(2, pair(`p${index}`))));
      await appender.close();

      expect(acks.map(({ baseOffset }) => baseOffset)).toEqual(Array.from({ length: 9 }, (_, index) => 2 * index));
      expect(namesOf(await readAll(log, 2))).toHaveLength(18);
    });

    it('waits for what is pending when it is closed, and takes nothing afterwards', async () => {
      const log = open();
      const appender = await log.openAppender();
      const acks = Promise.all([appender.append(0, [record('a')]), appender.append(1, [record('b')])]);
      expect(appender.pending).toBe(2);

      await appender.close();

      await expect(acks).resolves.toHaveLength(2);
      expect(appender.pending).toBe(0);
      await expect(appender.append(0, [record('late')])).rejects.toThrow(AppendAbandonedError);
      await expect(appender.close()).resolves.toBeUndefined();
    });

    it('rejects everything pending when it is abandoned, and says why', async () => {
      const log = open();
      const appender = await log.openAppender();
      const cause = new Error('the lease is gone');
      const outcomes = Promise.allSettled([0, 1, 2, 0].map((partition) => appender.append(partition, [record('r')])));

      appender.abandon(cause);

      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'AppendAbandonedError', cause } });
      }
      await expect(appender.failed).resolves.toBe(cause);
      expect(appender.pending).toBe(0);
      await expect(appender.append(0, [record('late')])).rejects.toThrow(AppendAbandonedError);
      await expect(appender.close()).resolves.toBeUndefined();
    });
  });
}
