import type { Consumer } from 'kafkajs';
import fc from 'fast-check';
import type { FetchedRun } from '../../fence';
import { ackedRun, handOnRule, type AckedRecords, type HandOnRule } from '../../handOn';
import { takeBatch } from './consumer';
import { createCursors } from './cursors';

/** One partition of a log, what kafkajs makes of it, and a follower that checks each run against what it has. */
function given(rule?: HandOnRule) {
  const log: string[] = [];
  const acks: AckedRecords[] = [];
  const kafkajs = { next: 0, seek: null as number | null, paused: false };
  const seen: string[] = [];
  const fetches: { from: number; asked: string[] }[] = [];
  const unasked = new Error('bounds were asked for: the consumer is taken to have left its position');
  const deps = {
    ...{ topic: 't', partitions: 1, log: () => undefined, onLoss: () => undefined },
    bounds: () => Promise.reject(unasked),
    onRun(run: FetchedRun) {
      for (const record of run.records) {
        expect(record.offset).toBe(seen.length);
        seen.push(record.value.toString());
      }
      expect(run.next).toBe(seen.length);
    },
  };
  const cursors = createCursors(deps, rule);
  const take = takeBatch(deps, cursors, { next: () => undefined });
  const consumer = {
    seek: ({ offset }: { offset: string }) => void (kafkajs.seek = Number(offset)),
    pause: () => void (kafkajs.paused = true),
    resume: () => void (kafkajs.paused = false),
  } as unknown as Consumer;
  cursors.attach(consumer);
  cursors.set(0, 0);

  function append(count: number, whose: string): number {
    const base = log.length;
    for (let at = 0; at < count; at += 1) log.push(`${whose}${base + at}`);
    return base;
  }

  return {
    ...{ log, seen, cursors, fetches },
    foreign: (count: number) => void append(count, 'other'),
    /** Appends, and is acked later, or never where the appender dies before. */
    own(count: number, isLost: boolean) {
      const baseOffset = append(count, 'own');
      const records = log
        .slice(baseOffset)
        .map((name) => ({ key: 'k', value: Buffer.from(name), headers: { epoch: '1' } }));
      if (!isLost) acks.push({ partition: 0, baseOffset, records });
    },
    ack() {
      const acked = acks.shift();
      if (!acked) return;
      const { baseOffset, records } = acked;
      if (cursors.handOn(0, baseOffset, baseOffset + records.length) === 'taken') deps.onRun(ackedRun(acked, 0));
    },
    /** A fetch leaves, with what the broker has for it; only one at a time, as for each broker. */
    begin(most: number) {
      if (fetches.length > 0) return;
      cursors.passOver();
      if (kafkajs.seek !== null) kafkajs.next = kafkajs.seek;
      kafkajs.seek = null;
      if (!kafkajs.paused) fetches.push({ from: kafkajs.next, asked: log.slice(kafkajs.next, kafkajs.next + most) });
    },
    /** Its answer arrives. kafkajs drops what was paused or sent elsewhere meanwhile. */
    async end() {
      const fetch = fetches.shift();
      if (!fetch || fetch.asked.length === 0 || kafkajs.seek !== null || kafkajs.paused) return;
      const { from, asked } = fetch;
      const messages = asked.map((name, at) => ({
        ...{ offset: String(from + at), key: Buffer.from('k'), value: Buffer.from(name), timestamp: '0' },
        headers: { epoch: '1' },
      }));
      const last = String(from + asked.length - 1);
      const batch = { partition: 0, fetchedOffset: String(from), messages, lastOffset: () => last };
      await take({
        batch: { ...batch, highWatermark: String(log.length) },
        resolveOffset: (offset: string) => void (kafkajs.next = Number(offset) + 1),
        isStale: () => kafkajs.seek !== null,
      } as unknown as Parameters<typeof take>[0]);
    },
    rejoin() {
      fetches.length = 0;
      cursors.detach();
      cursors.attach(consumer);
    },
  };
}

interface Step {
  of: 'own' | 'dying' | 'foreign' | 'ack' | 'begin' | 'end' | 'pause' | 'resume' | 'rejoin';
  much: number;
}
const step: fc.Arbitrary<Step> = fc.record({
  of: fc.constantFrom(
    ...(['own', 'own', 'own', 'dying', 'foreign', 'ack', 'ack', 'ack'] as const),
    ...(['begin', 'begin', 'end', 'end', 'pause', 'resume', 'rejoin'] as const),
  ),
  much: fc.integer({ min: 1, max: 5 }),
});

async function play(steps: readonly Step[], rule?: HandOnRule): Promise<void> {
  const bed = given(rule);
  const moves: Record<Step['of'], (much: number) => void | Promise<void>> = {
    own: (much) => bed.own(much, false),
    dying: (much) => bed.own(much, true),
    foreign: bed.foreign,
    ack: bed.ack,
    begin: bed.begin,
    end: bed.end,
    pause: () => bed.cursors.pause(0),
    resume: () => bed.cursors.resume(0),
    rejoin: bed.rejoin,
  };
  for (const { of, much } of steps) await moves[of](much);
  bed.cursors.resume(0);
  await bed.end();
  for (let round = 0; round < 3; round += 1) {
    bed.begin(Infinity);
    await bed.end();
  }
  expect(bed.seen).toEqual(bed.log);
}

const whatever = (rule?: HandOnRule) =>
  fc.asyncProperty(fc.array(step, { maxLength: 60 }), (steps) => play(steps, rule));

test('every record comes once and in order, fetched or handed on, whoever appends and whatever is late', async () => {
  await fc.assert(whatever(), { numRuns: 1_000 });
});

test.each([
  ['behind a gap', (cursor: number, base: number) => (base >= cursor ? 'taken' : 'late')],
  ['that a fetch has brought already', (cursor: number, base: number) => (base <= cursor ? 'taken' : 'gap')],
] as [string, HandOnRule][])('a rule that takes what is %s is found out', async (_name, rule) => {
  await expect(fc.assert(whatever(rule), { numRuns: 1_000 })).rejects.toThrow();
});

describe('what was handed on', () => {
  it('is not fetched, and passed over where a fetch for it was on its way', async () => {
    const bed = given();
    bed.begin(10);
    await bed.end();
    bed.own(3, false);
    bed.begin(2);
    bed.ack();
    bed.own(1, false);
    await bed.end();
    expect(bed.seen).toEqual(['own0', 'own1', 'own2']);
    bed.ack();
    bed.begin(10);
    expect(bed.fetches).toEqual([{ from: 4, asked: [] }]);
    expect(bed.seen).toEqual(bed.log);
  });

  it('makes fetching slow as long as there is nothing else, and no longer where anything is missing', async () => {
    const bed = given();
    expect(bed.cursors.areOwn()).toBe(false);
    bed.own(1, false);
    bed.ack();
    expect(bed.cursors.areOwn()).toBe(true);
    bed.own(1, false);
    bed.begin(10);
    await bed.end();
    expect([bed.cursors.areOwn(), bed.cursors.mayBeOwn()]).toEqual([false, true]);
    bed.ack();
    expect(bed.cursors.areOwn()).toBe(true);
    bed.foreign(1);
    bed.own(1, false);
    bed.ack();
    expect([bed.cursors.areOwn(), bed.cursors.mayBeOwn()]).toEqual([false, false]);
    bed.begin(10);
    await bed.end();
    expect(bed.cursors.areOwn()).toBe(true);
    bed.foreign(1);
    bed.begin(10);
    await bed.end();
    expect(bed.cursors.areOwn()).toBe(false);
  });

  it('refers to the rule that is used', () => {
    expect([handOnRule(3, 3), handOnRule(3, 2), handOnRule(3, 4)]).toEqual(['taken', 'late', 'gap']);
  });
});
