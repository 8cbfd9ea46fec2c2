import { PositionOutOfRangeError, type EventLog } from '../port';
import { appendAll, namesOf, readAll, record, START } from './harness';

/** What every driver's `read`, `head` and `tail` do. */
export function readContract(open: () => EventLog): void {
  describe('read', () => {
    it('finds nothing in an empty log', async () => {
      const log = open();

      expect(await log.head(0)).toBe(0);
      expect(await log.tail(0)).toBe(0);
      expect(await readAll(log, 0)).toEqual([]);
    });

    it('reads from a position up to an offset, and not beyond', async () => {
      const log = open();
      await appendAll(
        log,
        0,
        ['a', 'b', 'c', 'd', 'e'].map((name) => record(name)),
      );

      const batches = await readAll(log, 0, { offset: 1, maxEpoch: 1 }, 4);

      expect(namesOf(batches)).toEqual(['b', 'c', 'd']);
      expect(batches.at(-1)!.next).toEqual({ offset: 4, maxEpoch: 1 });
      expect(await log.head(0)).toBe(5);
    });

    it('reads large partitions whole, and several at once', async () => {
      const log = open();
      const many = Array.from({ length: 3_000 }, (_, index) => record(`r${index}`, 1, 1_000));
      await Promise.all([0, 1, 2].map((partition) => appendAll(log, partition, many)));

      const read = await Promise.all([0, 1, 2].map((partition) => readAll(log, partition)));

      for (const batches of read) {
        expect(namesOf(batches)).toEqual(many.map((_, index) => `r${index}`));
        batches.reduce((position, { records, next }) => {
          expect(records[0]!.offset).toBe(position);
          return next.offset;
        }, 0);
      }
    });

    it('reads one partition twice at the same time', async () => {
      const log = open();
      await appendAll(
        log,
        0,
        ['a', 'b', 'c'].map((name) => record(name)),
      );

      const read = await Promise.all([readAll(log, 0), readAll(log, 0, { offset: 2, maxEpoch: 0 })]);

      expect(read.map(namesOf)).toEqual([['a', 'b', 'c'], ['c']]);
    });

    it('can be left in the middle and taken up again', async () => {
      const log = open();
      await appendAll(
        log,
        0,
        Array.from({ length: 1_200 }, (_, index) => record(`r${index}`, 1, 2_000)),
      );

      let position = START;
      for await (const batch of log.read(0, START, 1_200)) {
        position = batch.next;
        break;
      }

      const rest = namesOf(await readAll(log, 0, position));
      expect(rest).toHaveLength(1_200 - position.offset);
      expect(rest.at(-1)).toBe('r1199');
    });

    it('refuses an end that the log does not have', async () => {
      const log = open();
      await appendAll(log, 0, [record('a')]);

      await expect(readAll(log, 0, START, 2)).rejects.toThrow(PositionOutOfRangeError);
    });

    it('leaves out records of a lower epoch than one before them, markers counting, and says how many', async () => {
      const log = open();
      const epochs = [3, 3, 5, 3, 4, 5, 7, 5, 7];
      await appendAll(
        log,
        0,
        epochs.map((epoch, index) => record(`r${index}`, epoch)),
      );

      const batches = await readAll(log, 0);

      expect(namesOf(batches)).toEqual(['r0', 'r1', 'r2', 'r5', 'r6', 'r8']);
      expect(batches.reduce((sum, { fenced }) => sum + fenced, 0)).toBe(3);
      expect(batches.at(-1)!.next).toEqual({ offset: 9, maxEpoch: 7 });
    });

    it('fences by the epoch it is given where it starts', async () => {
      const log = open();
      await appendAll(log, 0, [record('old', 3), record('new', 6)]);

      const batches = await readAll(log, 0, { offset: 0, maxEpoch: 5 });

      expect(namesOf(batches)).toEqual(['new']);
    });

    it('sets records without a valid epoch aside', async () => {
      const log = open();
      const odd = ['', '0', '-1', '1.5', '007', 'x', '99999999999999999999'].map((epoch) => ({
        ...record(`odd${epoch}`),
        headers: { epoch },
      }));
      await appendAll(log, 0, [record('a', 2), record('none', null), ...odd, record('b', 2)]);

      const batches = await readAll(log, 0);

      expect(namesOf(batches)).toEqual(['a', 'b']);
      expect(batches.flatMap(({ malformed }) => malformed)).toHaveLength(8);
      expect(batches.at(-1)!.next).toEqual({ offset: 10, maxEpoch: 2 });
    });
  });
}
