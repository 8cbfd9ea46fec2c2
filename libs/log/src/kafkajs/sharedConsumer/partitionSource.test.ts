import { eventually } from '@threadlog/testing';
import fc from 'fast-check';
import type { FetchedRun } from '../../fence';
import { createScript, RECORD_BYTES } from './scriptedConsumer.testing';
import { createSharedConsumer } from './sharedConsumer';
import { KEPT_BYTES } from './sharedPartition';
import { createPartitionSource } from './partitionSource';

const IDLE_MS = 20;

function given() {
  const script = createScript();
  const common = {
    ...{ access: { brokers: [], clientId: 'test' }, topic: 't', partitions: 1, maxWaitMs: 1, minFetchIntervalMs: 0 },
    ...{ bounds: () => Promise.resolve(new Map()), onLoss: () => undefined, log: () => undefined },
  };
  const shared = createSharedConsumer(common, script.make);
  return {
    script,
    shared,
    sharedConsumer: script.consumers[0]!,
    /** Follows from an offset; `seen` is what a lane makes of the runs: each record once, in order. */
    follow(name: string, offset: number) {
      const lane = { seen: [] as number[], runs: [] as FetchedRun[], next: offset };
      const onRun = (run: FetchedRun): void => {
        lane.runs.push(run);
        lane.seen.push(...run.records.map((record) => record.offset).filter((at) => at >= lane.next));
        lane.next = Math.max(lane.next, run.next);
      };
      const source = createPartitionSource(
        { ...common, shared, name, minIntervalMs: () => 0, onRun, idleMs: IDLE_MS },
        script.make,
      );
      source.fetchFrom(0, offset);
      return { source, lane };
    },
  };
}
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('followers of one log', () => {
  it('share what is fetched, while they stand at the same place', () => {
    const { script, sharedConsumer, follow } = given();
    const [one, other] = [follow('one', 0), follow('other', 0)];
    script.append(3);
    sharedConsumer.fetch(2);
    sharedConsumer.fetch();
    expect(one.lane.seen).toEqual([0, 1, 2]);
    expect(other.lane.seen).toEqual([0, 1, 2]);
    expect(one.lane.runs[0]).toBe(other.lane.runs[0]);
    expect(script.consumers.length).toBe(1);
  });

  it('get what was fetched a moment ago, if they are a little behind', () => {
    const { script, sharedConsumer, follow } = given();
    follow('first', 0);
    script.append(4);
    sharedConsumer.fetch(2);
    sharedConsumer.fetch();
    const late = follow('late', 1);
    expect(late.lane.seen).toEqual([1, 2, 3]);
    expect(script.consumers.length).toBe(1);
  });

  it('are kept no more than a little', () => {
    const { script, sharedConsumer, follow } = given();
    follow('first', 0);
    script.append(KEPT_BYTES / RECORD_BYTES + 1);
    sharedConsumer.fetch();
    follow('late', 2);
    expect(script.named('late').length).toBe(1);
  });

  it('fetch by themselves what is long past, and join when they are near', () => {
    const { script, sharedConsumer, follow } = given();
    script.append(100);
    follow('first', 90);
    for (let round = 0; round < 5; round += 1) sharedConsumer.fetch(2);
    const late = follow('late', 0);
    const [own] = script.named('late');
    own!.fetch(97);
    expect(late.lane.seen).toEqual(numbers(0, 100));
    expect(own!.active).toBe(false);
    script.append(1);
    sharedConsumer.fetch();
    expect(late.lane.seen).toEqual(numbers(0, 101));
    expect(own!.fetched).toEqual([[0, 97]]);
  });

  it('do not wait for one that is far behind', () => {
    const { script, sharedConsumer, follow } = given();
    script.append(100);
    follow('replay', 0);
    const fresh = follow('fresh', 100);
    script.append(1);
    script.named('fresh')[0]!.fetch();
    expect(fresh.lane.seen).toEqual([100]);
    for (let round = 0; round < 60; round += 1) sharedConsumer.fetch(2);
    script.append(1);
    script.named('fresh')[0]!.fetch();
    sharedConsumer.fetch();
    script.append(1);
    sharedConsumer.fetch();
    expect(fresh.lane.seen).toEqual([100, 101, 102]);
    expect(script.named('fresh')[0]!.active).toBe(false);
  });

  it('do not wait for one whose buffer is full; it goes on by itself where too much has passed', () => {
    const { script, sharedConsumer, follow } = given();
    const [fast, slow] = [follow('fast', 0), follow('slow', 0)];
    slow.source.pause(0);
    script.append(50);
    for (let round = 0; round < 50; round += 1) sharedConsumer.fetch(1);
    expect(fast.lane.seen.length).toBe(50);
    expect(slow.lane.seen).toEqual([]);
    slow.source.resume(0);
    script.named('slow')[0]!.fetch();
    expect(slow.lane.seen).toEqual(numbers(0, 50));
    script.append(1);
    sharedConsumer.fetch();
    expect(slow.lane.seen.at(-1)).toBe(50);
  });

  it('stop the fetch when all their buffers are full, and go on where they were', () => {
    const { script, sharedConsumer, follow } = given();
    const [one, other] = [follow('one', 0), follow('other', 0)];
    one.source.pause(0);
    expect(sharedConsumer.active).toBe(true);
    other.source.pause(0);
    expect(sharedConsumer.active).toBe(false);
    script.append(2);
    other.source.resume(0);
    sharedConsumer.fetch();
    one.source.resume(0);
    expect([one.lane.seen, other.lane.seen]).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(script.consumers.length).toBe(1);
  });

  it('end a consumer of their own that they need no more, and everything when they stop', async () => {
    const { script, sharedConsumer, follow } = given();
    script.append(10);
    const first = follow('first', 9);
    sharedConsumer.fetch();
    const late = follow('late', 0);
    const [own] = script.named('late');
    own!.fetch();
    await eventually(() => expect(own!.stopped).toBe(true));
    late.source.fetchFrom(0, 0);
    expect(script.named('late').length).toBe(1);
    await Promise.all([late.source.stop(), first.source.stop()]);
    expect(script.named('late')).toEqual([]);
    expect(sharedConsumer.active).toBe(false);
    // A lane that ends after its source may still say that it has room.
    expect(() => late.source.resume(0)).not.toThrow();
  });

  it('are handed what this process has appended, without a fetch; who is elsewhere is not', () => {
    const { script, shared, sharedConsumer, follow } = given();
    const [one, full] = [follow('one', 0), follow('full', 0)];
    full.source.pause(0);
    script.append(3);
    shared.handOn(script.acked(0, 2));
    shared.handOn(script.acked(2, 1));
    expect(one.lane.seen).toEqual([0, 1, 2]);
    expect(full.lane.seen).toEqual([]);
    full.source.resume(0);
    expect(full.lane.seen).toEqual([0, 1, 2]);
    expect(sharedConsumer.fetched).toEqual([]);
    script.append(2);
    shared.handOn(script.acked(4, 1));
    expect(one.lane.seen).toEqual([0, 1, 2]);
    sharedConsumer.fetch();
    shared.handOn(script.acked(3, 1));
    expect(one.lane.seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('go back alone', () => {
    const { script, sharedConsumer, follow } = given();
    const [one, other] = [follow('one', 0), follow('other', 0)];
    script.append(30);
    for (let round = 0; round < 30; round += 1) sharedConsumer.fetch(1);
    one.lane.next = 2;
    one.source.fetchFrom(0, 2);
    script.named('one')[0]!.fetch();
    expect(one.lane.seen).toEqual([...numbers(0, 30), ...numbers(2, 30)]);
    expect(other.lane.seen).toEqual(numbers(0, 30));
  });
});

interface Step {
  of: 'append' | 'post' | 'shared' | 'own' | 'pause' | 'resume' | 'seek';
  who: number;
  much: number;
}
const step: fc.Arbitrary<Step> = fc.record({
  of: fc.constantFrom('append', 'post', 'post', 'shared', 'shared', 'own', 'own', 'pause', 'resume', 'resume', 'seek'),
  who: fc.nat(2),
  much: fc.integer({ min: 1, max: 12 }),
});
const three = fc.array(fc.nat(20), { minLength: 3, maxLength: 3 });

test('whatever followers do, each gets every record once from where it starts, in order', () => {
  fc.assert(
    fc.property(three, fc.array(step, { maxLength: 120 }), (starts, steps) => {
      const { script, shared, sharedConsumer, follow } = given();
      script.append(20);
      const followers = starts.map((start, index) => ({ start, name: `f${index}`, ...follow(`f${index}`, start) }));
      const play: Record<Step['of'], (step: Step) => void> = {
        append: ({ much }) => script.append(much),
        post({ much }) {
          script.append(much);
          shared.handOn(script.acked(script.end() - much, much));
        },
        shared: ({ much }) => sharedConsumer.fetch(much),
        own: ({ who, much }) => script.named(`f${who}`)[0]?.fetch(much),
        pause: ({ who }) => followers[who]!.source.pause(0),
        resume: ({ who }) => followers[who]!.source.resume(0),
        seek({ who, much }) {
          const to = Math.min(much, followers[who]!.lane.next);
          followers[who]!.start = to;
          Object.assign(followers[who]!.lane, { next: to, seen: [] });
          followers[who]!.source.fetchFrom(0, to);
        },
      };
      for (const one of steps) play[one.of](one);
      for (const { source } of followers) source.resume(0);
      script.append(1);
      for (let round = 0; round < 3; round += 1) for (const consumer of script.consumers) consumer.fetch();
      for (const { lane, start } of followers) expect(lane.seen).toEqual(numbers(start, script.end()));
      for (const { source } of followers) void source.stop();
    }),
    { numRuns: 500 },
  );
});
