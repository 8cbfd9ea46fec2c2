import type { EventLog, ReadPosition } from '@threadlog/log';

type ReadLog = Pick<EventLog, 'read' | 'tail'>;

/** So many offsets before a place are read for the highest epoch before it: more than a former owner had under way. */
const EPOCH_SPAN = 2_000;
/** Offsets that are read to find one record. */
const PROBE = 100;
/** Clocks of those who append differ by less. */
const CLOCKS_MS = 5_000;

/**
 * A place in a partition before which nothing lies that happened at `time` or later; at most `end`. What lies behind it may
 * have happened somewhat before.
 */
export async function placeAt(
  log: ReadLog,
  { partition, end }: { partition: number; end: number },
  time: Date,
): Promise<ReadPosition> {
  const wanted = time.getTime() - CLOCKS_MS;
  const isBefore = async (offset: number) => (await timeFrom(log, { partition, offset, end })) < wanted;
  let [low, high] = [await log.tail(partition), end];
  // Mostly it is near the end.
  for (let step = PROBE; high - low > step; step *= 8) {
    if (await isBefore(high - step)) {
      low = high - step;
      break;
    }
    high -= step;
  }
  while (high - low > PROBE) {
    const middle = Math.floor((low + high) / 2);
    if (await isBefore(middle)) low = middle;
    else high = middle;
  }
  return positionAt(log, partition, low);
}

/** An offset as a place to read from: with the highest epoch before it. */
export async function positionAt(log: ReadLog, partition: number, offset: number): Promise<ReadPosition> {
  const from = Math.max(await log.tail(partition), offset - EPOCH_SPAN);
  let maxEpoch = 0;
  if (from < offset)
    for await (const { next } of log.read(partition, { offset: from, maxEpoch }, offset)) maxEpoch = next.maxEpoch;
  return { offset, maxEpoch };
}

/** When the first record at or behind an offset was appended; of none, for ever from now. */
async function timeFrom(log: ReadLog, { partition, offset, end }: { partition: number; offset: number; end: number }) {
  for (let at = offset; at < end; at += PROBE) {
    const to = Math.min(at + PROBE, end);
    for await (const { records } of log.read(partition, { offset: at, maxEpoch: 0 }, to))
      if (records[0]?.timestamp !== undefined) return records[0].timestamp;
  }
  return Infinity;
}
