import { testStack } from '@threadlog/testing';
import type { Database } from './database';
import { activeGeneration, droppedGenerations } from './generations';
import { migrate } from './migrate';
import { READ_MODEL_REVISION, ReadModelRevisionError } from './revision';

const stack = testStack();

async function migrated(): Promise<Database> {
  const database = await stack.freshPool();
  await migrate(database, { messages: 'postgres' });
  return database;
}
const age = (database: Database, revision: number) =>
  database.query('update threadlog.generations set revision = $1', [revision]);

describe('a read model of another build', () => {
  test('is replaced by an empty one of this build, and dropped, once', async () => {
    const database = await migrated();
    await age(database, READ_MODEL_REVISION - 1);
    const migrations = [1, 2].map(() => migrate(database, { messages: 'postgres' }));
    // One of the two does it, and says so.
    const made = (await Promise.all(migrations)).filter((each) => each !== null);
    expect(made).toEqual([{ generation: 2, former: [1] }]);
    expect(await activeGeneration(database)).toBe(2);
    expect(await droppedGenerations(database)).toEqual([1]);
    const { rows } = await database.query(
      `select to_regclass('read_1.threads') as old, to_regclass('read_2.threads') as new`,
    );
    expect(rows).toEqual([{ old: null, new: 'read_2.threads' }]);
  });

  test('of a newer build is left alone', async () => {
    const database = await migrated();
    await age(database, READ_MODEL_REVISION + 1);
    await expect(migrate(database, { messages: 'postgres' })).rejects.toBeInstanceOf(ReadModelRevisionError);
    expect(await activeGeneration(database)).toBe(1);
  });

  test('of this build stays', async () => {
    const database = await migrated();
    expect(await migrate(database, { messages: 'postgres' })).toBeNull();
    expect(await activeGeneration(database)).toBe(1);
  });
});
