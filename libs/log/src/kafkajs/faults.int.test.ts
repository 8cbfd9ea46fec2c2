import { eventually, testStack, type OwnKafka } from '@threadlog/testing';
import { createRecorder, followAll, nameOf, readAll, record } from '../contract/harness';
import type { Appender, EventLog, LogRecord } from '../port';
import { createKafkaLog } from './kafkaLog';
import { ensureTopic } from './topic';

const PARTITIONS = 4;
const stack = testStack();

describe('a broker and a network that fail', () => {
  let broker: OwnKafka;
  let log: EventLog;
  let topics = 0;

  beforeAll(async () => {
    broker = await stack.ownKafka();
  }, 60_000);
  beforeEach(async () => {
    topics += 1;
    const access = { brokers: broker.brokers, clientId: 'faults', topic: `faults-${topics}`, partitions: PARTITIONS };
    await ensureTopic(access);
    log = await createKafkaLog(access);
  });
  afterEach(() => log.close());

  it('loses nothing acked and appends nothing twice while produce responses are lost with their connections', async () => {
    const load = startLoad(await log.openAppender());

    for (let losses = 1; losses <= 5; losses += 1) {
      await broker.proxy.loseNextResponse('produce');
      await load.acked(losses * 400);
    }
    await load.stop();

    await expectExactly(log, load);
  }, 60_000);

  it('loses nothing acked and appends nothing twice when the broker is killed and started again under load', async () => {
    const recorder = createRecorder();
    const subscription = await followAll(log, recorder.onBatch);
    const load = startLoad(await log.openAppender());
    await load.acked(500);

    for (const total of [1_500, 2_500]) {
      await broker.kill();
      await broker.restart();
      await load.acked(total);
    }
    await load.stop();

    await expectExactly(log, load);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      await recorder.received(partition, load.sent(partition).length);
      expect(recorder.names(partition)).toEqual(load.sent(partition));
    }
    await subscription.stop();
  }, 90_000);

  it('delivers on, without a gap and without a repetition, after its connections were cut', async () => {
    const recorder = createRecorder();
    const subscription = await followAll(log, recorder.onBatch);
    const load = startLoad(await log.openAppender());

    for (const total of [300, 600, 900]) {
      await load.acked(total);
      broker.proxy.cut();
    }
    await load.stop();

    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      await recorder.received(partition, load.sent(partition).length);
      expect(recorder.names(partition)).toEqual(load.sent(partition));
    }
    await subscription.stop();
  }, 60_000);

  it('rejects at once when abandoned during an outage; a late append stands before those of the next appender', async () => {
    const appender = await log.openAppender();
    await appender.append(0, [record('acked', 1)]);
    broker.proxy.freeze(true);
    const late = appender.append(0, [record('late', 1)]);

    appender.abandon(new Error('the lease is gone'));
    await expect(late).rejects.toThrow('outcome of the append is unknown');
    broker.proxy.freeze(false);
    const next = await log.openAppender();
    await next.append(0, [record('marker', 2)]);
    await next.close();

    const names = (await readAll(log, 0)).flatMap(({ records }) => records.map(nameOf));
    expect([
      ['acked', 'marker'],
      ['acked', 'late', 'marker'],
    ]).toContainEqual(names);
  }, 30_000);

  it('ends the retries of an abandoned appender when the broker is gone', async () => {
    const appender = await log.openAppender();
    await broker.kill();
    const outcome = appender.append(0, [record('never')]);
    await expect(log.head(0)).rejects.toThrow();

    appender.abandon(new Error('the lease is gone'));
    await expect(outcome).rejects.toThrow('outcome of the append is unknown');
    await broker.restart();
    await eventually(() => log.head(0));

    expect(await log.head(0)).toBe(0);
  }, 60_000);

  it('says within seconds that Kafka is away', async () => {
    /** What the bounded patience of both comes to; a machine that is busy with more may take as long again. */
    const SECONDS_MS = 15_000;
    broker.proxy.refuse(true);
    broker.proxy.cut();
    const begun = performance.now();

    await expect(log.openAppender()).rejects.toThrow();
    const start = new Map([[0, { offset: 0, maxEpoch: 0 }]]);
    await expect(log.follow({ name: 'away', start, onBatch: () => Promise.resolve() })).rejects.toThrow();

    expect(performance.now() - begun).toBeLessThan(2 * SECONDS_MS);
    broker.proxy.refuse(false);
    await eventually(() => log.head(0));
  }, 60_000);
});

interface Load {
  acked(count: number): Promise<void>;
  stop(): Promise<void>;
  /** Names of the records of a partition, in the order of their appends. */
  sent(partition: number): string[];
  readonly offsets: ReadonlyMap<string, number>;
}

/**
 * Sixteen writers that append pairs of records. After each ack a writer waits for as many turns as its number says, so
 * that appends arrive while others are in flight: a driver that overlaps its sends loses some of them here.
 */
function startLoad(appender: Appender): Load {
  const sent = Array.from({ length: PARTITIONS }, (): string[] => []);
  const offsets = new Map<string, number>();
  let running = true;
  let counter = 0;

  async function write(_: unknown, turns: number): Promise<void> {
    while (running) {
      const partition = counter % PARTITIONS;
      const names = [`r${counter}-a`, `r${counter}-b`];
      counter += 1;
      sent[partition]!.push(...names);
      const { baseOffset } = await appender.append(
        partition,
        names.map((name) => record(name)),
      );
      names.forEach((name, index) => offsets.set(name, baseOffset + index));
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const writers = Promise.all(Array.from({ length: 16 }, write));
  return {
    acked: (count) =>
      eventually(() => expect(offsets.size).toBeGreaterThanOrEqual(count), { timeoutMs: 30_000 }) as Promise<void>,
    async stop() {
      running = false;
      await writers;
      await appender.close();
    },
    sent: (partition) => sent[partition]!,
    offsets,
  };
}

/** The log holds what was appended, once, in order, and where its ack said. */
async function expectExactly(log: EventLog, load: Load): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const records: LogRecord[] = (await readAll(log, partition)).flatMap((batch) => batch.records);
    expect(records.map(nameOf)).toEqual(load.sent(partition));
    expect(records.every((each) => load.offsets.get(nameOf(each)) === each.offset)).toBe(true);
  }
}
