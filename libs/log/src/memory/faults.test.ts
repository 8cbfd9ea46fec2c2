import { AppendAbandonedError } from '../port';
import type { Scheduler } from '../scheduler';
import { appendAll, namesOf, readAll, record, START } from '../contract/harness';
import { createMemoryLog, type MemorySend } from './memoryLog';

/** A log whose sends stay in the test's hands. */
function given() {
  const sends: MemorySend[] = [];
  const log = createMemoryLog({ topic: 't', partitions: 2, interceptAppend: (send) => void sends.push(send) });
  return { log, sends };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a log that is not fenced', () => {
  it('delivers records without epochs', async () => {
    const log = createMemoryLog({ topic: 'signals', partitions: 1, fenced: false });
    await appendAll(log, 0, [record('a', null), record('b', 9), record('c', 3)]);

    expect(namesOf(await readAll(log, 0))).toEqual(['a', 'b', 'c']);
  });
});

describe('the memory log under faults', () => {
  it('lands a send late, even after its appender was abandoned', async () => {
    const { log, sends } = given();
    const appender = await log.openAppender();
    const outcome = appender.append(0, [record('late', 1)]);
    await turn();
    appender.abandon(new Error('the lease is gone'));
    await expect(outcome).rejects.toThrow(AppendAbandonedError);
    expect(await log.head(0)).toBe(0);

    sends[0]!.ack();

    expect(namesOf(await readAll(log, 0))).toEqual(['late']);
  });

  it('holds everything behind a lost response, and lands a repeated send once', async () => {
    const { log, sends } = given();
    const appender = await log.openAppender();
    const first = appender.append(0, [record('a')]);
    await turn();
    const second = appender.append(0, [record('b')]);
    expect(sends[0]!.land()).toBe(0);
    await turn();
    expect(sends).toHaveLength(1);

    expect(sends[0]!.land()).toBe(0);
    sends[0]!.ack();
    sends[0]!.ack();
    await expect(first).resolves.toEqual({ baseOffset: 0 });
    await turn();
    sends[1]!.ack();

    await expect(second).resolves.toEqual({ baseOffset: 1 });
    expect(namesOf(await readAll(log, 0))).toEqual(['a', 'b']);
  });

  it('kills the appender with a send that fails after it landed; the next one goes on', async () => {
    const { log, sends } = given();
    const dying = await log.openAppender();
    const outcome = dying.append(0, [record('a', 1)]);
    await turn();
    sends[0]!.land();
    sends[0]!.fail(new Error('UNKNOWN_PRODUCER_ID'));
    await expect(outcome).rejects.toThrow(AppendAbandonedError);

    const next = await log.openAppender();
    const ack = next.append(0, [record('b', 2)]);
    await turn();
    expect(sends[1]!.appender).toBe(2);
    sends[1]!.ack();

    await expect(ack).resolves.toEqual({ baseOffset: 1 });
  });

  it('does the same thing every time under a scheduler of the test', async () => {
    const first = await play();

    expect(await play()).toEqual(first);
    expect(first.filter((step) => step.startsWith('batch')).length).toBeGreaterThan(3);
  });
});

/** Runs the log on a scheduler without timers, and notes each step. */
async function play(): Promise<string[]> {
  const steps: string[] = [];
  const queue: (() => void)[] = [];
  const scheduler: Scheduler = {
    soon: (step) => void queue.push(step),
    after: (ms, step) => {
      steps.push(`sleep ${ms}`);
      queue.push(step);
      return () => undefined;
    },
  };
  const log = createMemoryLog({ topic: 't', partitions: 2, scheduler, batchRecords: 2 });
  let failures = 2;
  const scenario = (async () => {
    const appender = await log.openAppender();
    const subscription = await log.follow({
      name: 'test',
      start: new Map([
        [0, START],
        [1, START],
      ]),
      async onBatch({ partition, records }) {
        steps.push(`batch ${partition} ${records.length}`);
        if (failures-- > 0) throw new Error('not now');
      },
    });
    for (let index = 0; index < 8; index += 1) {
      const { baseOffset } = await appender.append(index % 2, [record(`r${index}`)]);
      steps.push(`ack ${index % 2} ${baseOffset}`);
    }
    await subscription.stop();
    return 'done';
  })();
  let outcome: string | undefined;
  void scenario.then((done) => (outcome = done));
  while (!outcome) {
    queue.shift()?.();
    for (let microtask = 0; microtask < 20; microtask += 1) await Promise.resolve();
  }
  return steps;
}
