import type { OutgoingRecord } from '@threadlog/events';
import { MAX_EPOCH_AHEAD_MS } from '../fence';
import type { EventLog } from '../port';
import { appendAll, createRecorder, followAll, namesOf, readAll, record } from './harness';

const names = (records: readonly { value: Buffer }[]): string[] => records.map(({ value }) => value.toString());

/** What a record of somebody else can do to a partition: with an epoch that no clock has reached, nothing. */
export function fencingContract(
  open: () => EventLog,
  appendForeign: (one: OutgoingRecord, timestamp: number) => Promise<void>,
): void {
  describe('a record that no owner wrote', () => {
    it('does not void what is appended after it, however high its epoch, for any reader', async () => {
      const log = open();
      const now = Date.now();
      await appendAll(log, 0, [record('before', now)]);
      await appendForeign(record('next hour', now + MAX_EPOCH_AHEAD_MS + 60_000), now);
      await appendForeign(record('highest', Number.MAX_SAFE_INTEGER), now);
      await appendAll(log, 0, [record('after', now + 1)]);

      const batches = await readAll(log, 0);
      const recorder = createRecorder();
      const subscription = await followAll(log, recorder.onBatch);
      await recorder.received(0, 2);
      await subscription.stop();

      expect(namesOf(batches)).toEqual(['before', 'after']);
      expect(names(batches.flatMap(({ malformed }) => malformed))).toEqual(['next hour', 'highest']);
      expect(batches.at(-1)!.next).toEqual({ offset: 4, maxEpoch: now + 1 });
      expect(recorder.names(0)).toEqual(['before', 'after']);
    });

    it('counts within the hour, and what is appended above it counts again', async () => {
      const log = open();
      const now = Date.now();
      await appendAll(log, 0, [record('before', now)]);
      await appendForeign(record('soon', now + 60_000), now);
      await appendAll(log, 0, [record('fenced', now), record('raised', now + 60_001)]);

      expect(namesOf(await readAll(log, 0))).toEqual(['before', 'soon', 'raised']);
    });

    it('is told from one of ours whose database’s clock is far ahead of all others', async () => {
      const log = open();
      const ahead = Date.now() + 1.5 * MAX_EPOCH_AHEAD_MS;
      await appendAll(log, 0, [record('ours', ahead)]);

      const [batch] = await readAll(log, 0);

      expect(namesOf([batch!])).toEqual(['ours']);
      expect(batch!.records[0]!.timestamp).toBe(ahead - MAX_EPOCH_AHEAD_MS);
    });
  });
}
