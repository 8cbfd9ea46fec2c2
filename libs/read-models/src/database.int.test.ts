import { eventually, testStack } from '@threadlog/testing';
import type { Database } from './database';

const stack = testStack();
const broken: string[] = [];
let url: string;
let database: Database;
let other: Database;
beforeAll(async () => {
  url = await stack.freshDatabase();
  database = await stack.freshPool({ url, onBroken: (error) => void broken.push(error.message) });
  other = await stack.freshPool({ url, max: 1 });
});
beforeEach(() => void broken.splice(0));

/** Ends all connections but the asking one, as a restart of the server or an operator does. */
const endConnections = () =>
  other.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );

describe('a connection that the server ends', () => {
  it('while idle, is told of once and replaced', async () => {
    await database.query('select 1');
    await endConnections();
    await eventually(() => expect(broken).toEqual(['terminating connection due to administrator command']));
    await eventually(async () => expect((await database.query('select 2 as two')).rows).toEqual([{ two: 2 }]));
  });

  it('between two statements of whoever borrowed it, fails the next one and nothing else', async () => {
    const client = await database.connect();
    await client.query('begin');
    await endConnections();
    await eventually(() => expect(broken).toHaveLength(1));
    await expect(client.query('select 1')).rejects.toThrow();
    client.release(true);
    expect((await database.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
    expect(broken).toHaveLength(1);
  });

  it('in the middle of a statement, fails that one and nothing else', async () => {
    const client = await database.connect();
    const failed = expect(client.query('select pg_sleep(60)')).rejects.toMatchObject({ code: '57P01' });
    const sleeps = `select 1 from pg_stat_activity where datname = current_database() and query like '%pg_sleep(60)'
      and state = 'active' and pid <> pg_backend_pid()`;
    await eventually(async () => expect((await other.query(sleeps)).rowCount).toBe(1));
    await endConnections();
    await failed;
    client.release(true);
    expect((await database.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
  });
});
