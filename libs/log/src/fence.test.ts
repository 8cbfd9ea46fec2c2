import fc from 'fast-check';
import { epochOf, fence, joinBatches, MAX_EPOCH_AHEAD_MS, timeOf, type FetchedRun } from './fence';
import type { LogBatch, LogRecord, ReadPosition } from './port';

const START: ReadPosition = { offset: 0, maxEpoch: 0 };
const WRITTEN_AT = 50;
const TOO_FAR = String(WRITTEN_AT + MAX_EPOCH_AHEAD_MS + 1);
const epochHeader = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', '0', '-3', '01', '1e3', '9'.repeat(17), TOO_FAR, undefined) },
);
/** A partition: records at growing offsets, gaps among them. */
const partition = fc.array(fc.tuple(epochHeader, fc.integer({ min: 1, max: 3 })), { maxLength: 60 }).map((entries) => {
  let offset = -1;
  return entries.map(([epoch, step]): LogRecord => {
    offset += step;
    const headers: Record<string, string> = epoch === undefined ? {} : { epoch };
    return { partition: 0, offset, key: 'k', value: Buffer.from(`${offset}`), headers, timestamp: WRITTEN_AT };
  });
});
const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 30 });

function run(records: LogRecord[], next?: number): FetchedRun {
  return { partition: 0, records, next: next ?? (records.at(-1)?.offset ?? -1) + 1, head: 1_000, bytes: 0 };
}

/** Fences the records in runs of these sizes, repeated. */
function fenceInRuns(records: LogRecord[], sizes: number[], from = START): LogBatch[] {
  const batches: LogBatch[] = [];
  let position = from;
  for (let start = 0, turn = 0; start < records.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    const batch = fence(position, run(records.slice(start, start + size)));
    batches.push(batch);
    position = batch.next;
    start += size;
  }
  return batches;
}

function total(batches: LogBatch[]) {
  return {
    records: batches.flatMap(({ records }) => records),
    malformed: batches.flatMap(({ malformed }) => malformed),
    fenced: batches.reduce((sum, { fenced }) => sum + fenced, 0),
    next: batches.at(-1)?.next ?? START,
  };
}

/** The rule as it is written: no record before it in the partition has a higher epoch. */
function expected(records: LogRecord[]): LogRecord[] {
  const epochs = records.map(({ headers }) => (/^[1-6]$/.test(headers.epoch ?? '') ? Number(headers.epoch) : 0));
  return records.filter((_, index) => {
    const epoch = epochs[index]!;
    return epoch > 0 && epochs.slice(0, index).every((before) => before <= epoch);
  });
}

describe('fence', () => {
  it('keeps exactly the records that no record before them outranks', () => {
    fc.assert(
      fc.property(partition, (records) => {
        expect(total(fenceInRuns(records, [100])).records).toEqual(expected(records));
      }),
    );
  });

  it('comes to the same whatever the cuts between runs', () => {
    fc.assert(
      fc.property(partition, cuts, (records, sizes) => {
        expect(total(fenceInRuns(records, sizes))).toEqual(total(fenceInRuns(records, [100])));
      }),
    );
  });

  it('gives the same suffix to a reader that starts at any position it stored', () => {
    fc.assert(
      fc.property(partition, cuts, cuts, (records, sizes, others) => {
        const whole = total(fenceInRuns(records, sizes)).records;
        for (const { next } of fenceInRuns(records, sizes)) {
          const rest = records.filter(({ offset }) => offset >= next.offset);
          const suffix = total(fenceInRuns(rest, others, next)).records;
          expect(suffix).toEqual(whole.filter(({ offset }) => offset >= next.offset));
        }
      }),
    );
  });

  it('loses no record: each one is delivered, fenced or malformed', () => {
    fc.assert(
      fc.property(partition, cuts, (records, sizes) => {
        const { records: delivered, malformed, fenced } = total(fenceInRuns(records, sizes));
        expect(delivered.length + malformed.length + fenced).toBe(records.length);
      }),
    );
  });

  it('ignores what lies before the position, and moves over gaps', () => {
    const record = (offset: number): LogRecord => ({
      partition: 0,
      offset,
      key: 'k',
      value: Buffer.of(),
      headers: { epoch: '1' },
    });

    const batch = fence({ offset: 5, maxEpoch: 1 }, run([record(3), record(4), record(6)], 9));

    expect(batch.records.map(({ offset }) => offset)).toEqual([6]);
    expect(batch.next).toEqual({ offset: 9, maxEpoch: 1 });
  });

  it('makes one batch of several runs, also of such as overlap', () => {
    fc.assert(
      fc.property(partition, fc.integer({ min: 1, max: 7 }), fc.nat(3), (records, size, overlap) => {
        fc.pre(records.length > 0);
        const runs: FetchedRun[] = [];
        for (let start = 0; start < records.length; start += size)
          runs.push(run(records.slice(Math.max(0, start - overlap), start + size)));
        expect(joinBatches(fence, START, runs)).toEqual(fence(START, run(records)));
      }),
    );
  });
});

describe('an epoch ahead of its record', () => {
  const epochIn = (epoch: number, timestamp: number) => epochOf({ headers: { epoch: String(epoch) }, timestamp });

  it('counts up to an hour, and is nobody’s beyond', () => {
    expect(epochIn(5 + MAX_EPOCH_AHEAD_MS, 5)).toBe(5 + MAX_EPOCH_AHEAD_MS);
    expect(epochIn(6 + MAX_EPOCH_AHEAD_MS, 5)).toBeNull();
    expect(epochIn(Number.MAX_SAFE_INTEGER, Date.now())).toBeNull();
  });

  it('never happens to what an appender writes, whatever its clock says', () => {
    const clock = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), clock, (epoch, now) => {
        const headers = { epoch: String(epoch) };
        expect(epochOf({ headers, timestamp: timeOf({ headers }, now) })).toBe(epoch);
      }),
    );
  });
});
