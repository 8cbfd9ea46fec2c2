import { testStack } from '@threadlog/testing';
import type { Database } from './database';
import { activeGeneration, generationsOfOtherBuilds, liveGenerations } from './generations';
import { migrate } from './migrate';
import { READ_MODEL_REVISION, ReadModelRevisionError } from './revision';
import { lookAtAll } from './waiting/looks';

const stack = testStack();

async function migrated(): Promise<Database> {
  const database = await stack.freshPool();
  await migrate(database, { messages: 'postgres' });
  return database;
}
const age = (database: Database, revision: number) =>
  database.query('update threadlog.generations set revision = $1', [revision]);

describe('a read model of another build', () => {
  test('stays, and beside it an empty one of this build is made, once, which is not served yet', async () => {
    const database = await migrated();
    await age(database, READ_MODEL_REVISION - 1);
    const migrations = [1, 2].map(() => migrate(database, { messages: 'postgres' }));
    // One of the two does it, and says so.
    const made = (await Promise.all(migrations)).filter((each) => each !== null);
    expect(made).toEqual([{ generation: 2, others: [1] }]);
    await expect(activeGeneration(database)).rejects.toMatchObject({ problem: { code: 'unavailable' } });
    expect(await liveGenerations(database)).toEqual([{ generation: 2, state: 'building' }]);
    expect(await generationsOfOtherBuilds(database)).toEqual([
      { generation: 1, state: 'active', revision: READ_MODEL_REVISION - 1 },
    ]);
    const { rows } = await database.query(
      `select to_regclass('read_1.threads') as old, to_regclass('read_2.threads') as new, active
       from threadlog.read_model`,
    );
    expect(rows).toEqual([{ old: 'read_1.threads', new: 'read_2.threads', active: 1 }]);
  });

  test('of a newer one is left alone, and is no reason not to run where there is one of this build', async () => {
    const database = await migrated();
    await database.query(`insert into threadlog.generations (generation, state, revision) values (2, 'active', $1)`, [
      READ_MODEL_REVISION + 1,
    ]);
    expect(await migrate(database, { messages: 'postgres' })).toBeNull();
    expect(await activeGeneration(database)).toBe(1);
    await database.query(`update threadlog.generations set state = 'dropped' where generation = 1`);
    await expect(migrate(database, { messages: 'postgres' })).rejects.toBeInstanceOf(ReadModelRevisionError);
  });

  test('that has gone a step of the core schema that this one does not know is run on all the same', async () => {
    const database = await migrated();
    await database.query(
      `insert into threadlog.threadlog_migrations (name, batch, migration_time) values ('999_later', 2, now())`,
    );
    expect(await migrate(database, { messages: 'postgres' })).toBeNull();
  });

  test('keeps what may not be called done everywhere from being called so', async () => {
    const database = await migrated();
    expect((await lookAtAll(database)).generations).toEqual([1]);
    await database.query(`insert into threadlog.generations (generation, state, revision) values (2, 'building', $1)`, [
      READ_MODEL_REVISION + 1,
    ]);
    expect(await lookAtAll(database)).toEqual({ generations: [], offsets: new Map() });
  });

  test('of this build stays', async () => {
    const database = await migrated();
    expect(await migrate(database, { messages: 'postgres' })).toBeNull();
    expect(await activeGeneration(database)).toBe(1);
  });
});
