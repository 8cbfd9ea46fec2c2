import { migrate, type Database } from '@threadlog/read-models';
import { createLogger } from '@threadlog/service';
import { eventually, testStack } from '@threadlog/testing';
import { once } from 'node:events';
import { underShares } from './sharing';

const stack = testStack();
const PARTITIONS = 6;
const ALL = [0, 1, 2, 3, 4, 5];
const LOCK_SPACE = 1_234;

let database: Database;
beforeAll(async () => {
  database = await stack.freshPool();
  await migrate(database, { messages: 'postgres' });
});

/** Who works on each partition now; it fails where two do. */
const working = new Map<number, string>();
const overlaps: string[] = [];
let runs = 0;
const started: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of started.splice(0)) await stop();
  expect(working.size).toBe(0);
  expect(overlaps.splice(0)).toEqual([]);
});

function start(who: string, given: { fails?: () => boolean } = {}) {
  const stopping = new AbortController();
  const part = {
    name: 'tests',
    lockSpace: LOCK_SPACE,
    async run(signal: AbortSignal, share: ReadonlySet<number>) {
      runs += 1;
      for (const partition of share) {
        if (working.has(partition)) overlaps.push(`${partition}: ${who} beside ${working.get(partition)}`);
        working.set(partition, who);
      }
      try {
        if (given.fails?.()) throw new Error('a part that fails');
        if (!signal.aborted) await once(signal, 'abort');
      } finally {
        for (const partition of share) working.delete(partition);
      }
    },
  };
  const logger = createLogger({ service: 'tests', level: 'silent' });
  const log = { partitions: PARTITIONS };
  const ended = underShares(part, { database, sessions: database, log, logger, everyMs: 20 }).run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  started.push(stop);
  return stop;
}

const countOf = (who: string) => [...working.values()].filter((each) => each === who).length;
const allAre = (who: string) => ALL.every((partition) => working.get(partition) === who);

it('splits the partitions among instances, never one between two, and passes them on', async () => {
  const stop = start('one');
  await eventually(() => allAre('one'));
  start('other');
  await eventually(() => countOf('one') === 3 && countOf('other') === 3);
  await stop();
  await eventually(() => allAre('other'));
});

it('goes on with a new connection where its own breaks', async () => {
  start('one');
  await eventually(() => allAre('one'));
  const before = runs;
  await database.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = $1
     and database = (select oid from pg_database where datname = current_database())`,
    [LOCK_SPACE],
  );
  await eventually(() => runs > before && allAre('one'));
});

it('tries again where the part fails', async () => {
  let failures = 0;
  start('one', { fails: () => (failures += 1) <= 2 });
  await eventually(() => allAre('one'));
  expect(failures).toBe(3);
});
