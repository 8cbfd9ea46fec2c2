import { migrate, type Database } from '@threadlog/read-models';
import { eventually, testStack } from '@threadlog/testing';
import { createShares } from './shares';

const stack = testStack();
const PARTITIONS = 6;
const ALL = [0, 1, 2, 3, 4, 5];

let database: Database;
beforeAll(async () => {
  database = await stack.freshPool();
  await migrate(database, { messages: 'postgres' });
});
beforeEach(() => database.query('truncate threadlog.log_readers, threadlog.partition_leases'));

const reader = (url?: string, { part = 'tests', everyMs = 24_000 } = {}) =>
  createShares({ database, part, partitions: PARTITIONS, url, everyMs });
const sorted = (share: ReadonlySet<number>) => [...share].sort();

it('gives all to one alone, and halves them with a second', async () => {
  const [one, other] = [reader(), reader()];
  expect(sorted(await one.round())).toEqual(ALL);
  const second = await other.round();
  const first = await one.round();
  expect([first.size, second.size]).toEqual([3, 3]);
  expect(sorted(new Set([...first, ...second]))).toEqual(ALL);
  expect(sorted(await reader(undefined, { part: 'others' }).round())).toEqual(ALL);
});

it('gives the others what one had that left, or that says nothing any more', async () => {
  const [one, leaving] = [reader(), reader()];
  await leaving.round();
  expect((await one.round()).size).toBe(3);
  expect(await leaving.leave()).toBe(1);
  expect(sorted(await one.round())).toEqual(ALL);
  await reader(undefined, { everyMs: 50 }).round();
  await eventually(async () => (await one.round()).size === PARTITIONS);
  expect(await one.leave()).toBe(0);
});

it('does not wait for one that was killed, where another starts at its address', async () => {
  await reader('http://a').round();
  expect(sorted(await reader('http://a').round())).toEqual(ALL);
});

it('gives a reader what its own process owns, once every reader’s process owns something', async () => {
  const [one, other] = [reader('http://a'), reader('http://b')];
  const own = (partition: number, url: string, seconds = 60) =>
    database.query(
      `insert into threadlog.partition_leases (partition, epoch, owner_id, owner_url, expires_at)
       values ($1, 1, $2, $2, clock_timestamp() + $3 * interval '1 second')`,
      [partition, url, seconds],
    );
  for (const partition of [0, 1, 2]) await own(partition, 'http://b');
  await own(3, 'http://a', -1);
  await other.round();
  const before = await one.round();
  expect(before.size).toBe(3);
  await own(4, 'http://a');
  expect(sorted(await one.round())).toEqual(expect.arrayContaining([4]));
  expect(sorted(await other.round())).toEqual(expect.arrayContaining([0, 1, 2]));
  expect([...(await one.round())].filter((each) => each < 3)).toEqual([]);
});

it('ends where the database does not answer', async () => {
  const silent = { query: () => new Promise<never>(() => undefined) };
  expect(await createShares({ database: silent, part: 'tests', partitions: 1, everyMs: 1_000 }).leave()).toBe(0);
});
