import { createMemoryLog } from '@threadlog/log';
import { LogIdentityError, READ_MODEL_REVISION } from '@threadlog/read-models';
import { createMetrics, type Metrics } from '@threadlog/service';
import { eventually, testStack } from '@threadlog/testing';
import { longHistory } from './testing/histories';
import { openTestbed, type Testbed } from './testing/testbed';

const stack = testStack();

/** The partitions that a projector follows, by what it tells of their lag. */
async function partitionsOf({ registry }: Metrics): Promise<number[]> {
  const lag = await registry.getSingleMetric('projector_lag_records')?.get();
  return [...new Set(lag?.values.map(({ labels }) => Number(labels.partition)))];
}

const first = longHistory(300, 1);
const second = longHistory(200, 2);

describe.each(['postgres', 'mongo'] as const)('the projector with messages in %s', (kind) => {
  let bed: Testbed;
  beforeEach(async () => {
    bed = await openTestbed(stack, kind);
  });
  afterEach(() => bed.close());

  it('grows a read model that equals one rebuilt from the start', async () => {
    bed.start();
    for (let at = 0; at < first.length; at += 20) {
      await bed.append(first.slice(at, at + 20));
      await bed.caughtUp();
    }
    expect(await bed.dump()).toContain('CHAT_MESSAGE_CREATED');
    expect(await bed.rebuiltEquals()).toBe('equal');
  });

  it('goes on where it was stopped', async () => {
    const projector = bed.start();
    await bed.append(second.slice(0, 40));
    await bed.caughtUp();
    await projector.stop();
    await bed.append(second.slice(40));
    bed.start();
    await bed.caughtUp();
    expect(await bed.rebuiltEquals()).toBe('equal');
  });

  it('applies every event once when several run at a time', async () => {
    for (let count = 0; count < 3; count += 1) bed.start();
    for (let at = 0; at < first.length; at += 10) await bed.append(first.slice(at, at + 10));
    await bed.caughtUp();
    expect(await bed.rebuiltEquals()).toBe('equal');
  });

  it('shares the partitions among those that run, and leaves none behind with one that vanished', async () => {
    const meters = [createMetrics({ defaults: false }), createMetrics({ defaults: false })];
    const [one, other] = meters.map((metrics) => bed.start({ metrics }));
    const all = Array.from({ length: bed.log.partitions }, (_, partition) => partition);
    let appended = 0;
    const append = (count: number) => bed.append(first.slice(appended, (appended += count)));
    // What a projector folds is seen by what it tells of new records.
    const shared = async (): Promise<boolean> => {
      if (appended < 240) await append(2);
      const followed = await Promise.all(meters.map(partitionsOf));
      return followed.every(({ length }) => length > 0) && followed.flat().sort().join() === all.join();
    };
    await eventually(shared);
    // Told of one that will never fold anything: its partitions are taken from it once it counts as gone.
    await bed.database.query(
      `insert into threadlog.log_readers values ($1, '~', null, clock_timestamp() + interval '400 ms')`,
      [`projector-${READ_MODEL_REVISION}`],
    );
    await append(50);
    await bed.caughtUp();
    await one!.stop();
    await append(first.length);
    await bed.caughtUp();
    await other!.stop();
    expect((await bed.database.query('select from threadlog.log_readers where reader_id <> $1', ['~'])).rowCount).toBe(
      0,
    );
    bed.start();
    expect(await bed.rebuiltEquals()).toBe('equal');
  });

  it('tries again until the database is back, without giving up its place', async () => {
    const projector = bed.start();
    await bed.append(first.slice(0, 30));
    await bed.caughtUp();
    const before = await bed.dump();
    await bed.database.query('alter table read_1.streams rename to streams_away');
    await bed.append(first.slice(30));
    const check = projector.role.checks![0]!;
    await eventually(() => expect(async () => check.check()).rejects.toThrow(/streams/));
    await bed.database.query('alter table read_1.streams_away rename to streams');
    await bed.caughtUp();
    expect(await bed.dump()).not.toBe(before);
    await check.check();
    expect(await bed.rebuiltEquals()).toBe('equal');
  });
});

it('refuses a database that was built from another log', async () => {
  const bed = await openTestbed(stack, 'postgres');
  bed.start();
  await bed.append(first.slice(0, 3));
  await bed.caughtUp();
  const other = await openTestbed(stack, 'postgres', createMemoryLog({ topic: 'other', partitions: 3 }));
  const { stop } = bed.start({ log: other.log });
  await expect(stop()).rejects.toThrow(LogIdentityError);
  await other.close();
  await bed.close();
});
