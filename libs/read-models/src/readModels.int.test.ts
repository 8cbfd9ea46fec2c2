import { tenantId } from '@threadlog/events';
import { eventually, testStack } from '@threadlog/testing';
import { createDatabase, inTransaction, type Database } from './database';
import { WEBHOOK_OUTLETS_SQL, WEBHOOKS_SQL } from './schema/webhooks';
import { canonicalDump } from './dump';
import { activeGeneration, liveGenerations } from './generations';
import { claimLogIdentity, LogIdentityError } from './logIdentity';
import { createPostgresMessageStore } from './messages/postgres';
import { migrate, MIGRATION_LOCK, type LockHolder } from './migrate';
import { readCheckpoint, readCheckpoints } from './queries/checkpoints';
import { createThreadQueries } from './queries/threads';
import { participantsTable, threadsTable, type ParticipantRow, type ThreadRow } from './projections';
import { upsertSql, type Table } from './tables/table';

const stack = testStack();
const databases: Database[] = [];
const open = (url: string): Database => {
  const database = createDatabase({ url });
  databases.push(database);
  return database;
};
afterAll(() => Promise.all(databases.map((database) => database.end())));

describe('migrating', () => {
  it('is safe from many processes at once, and when repeated', async () => {
    const url = await stack.freshDatabase();
    const several = Array.from({ length: 4 }, () => open(url));
    await Promise.all(several.map((database) => migrate(database, { messages: 'postgres' })));
    await migrate(several[0]!, { messages: 'postgres' });
    expect(await activeGeneration(several[1]!)).toBe(1);
    expect(await liveGenerations(several[2]!)).toEqual([{ generation: 1, state: 'active' }]);
  });

  it('does each step once', async () => {
    const database = open(await stack.freshDatabase());
    await migrate(database, { messages: 'postgres' });
    await migrate(database, { messages: 'postgres' });
    const { rows } = await database.query(
      'select count(*) as steps, count(distinct name) as names from threadlog.threadlog_migrations',
    );
    expect(rows).toEqual([{ steps: rows[0]!.names, names: rows[0]!.names }]);
    expect(rows[0]!.names).toBeGreaterThan(10);
  });

  it('keeps where the operator’s webhook stood, and what waited for it', async () => {
    const database = open(await stack.freshDatabase());
    const id = '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10';
    await database.query(`create schema threadlog; ${WEBHOOKS_SQL}`);
    await database.query(`
      insert into threadlog.webhook_positions values ('operator', 0, 17, 5);
      insert into threadlog.webhook_deliveries values
        ('operator', 0, 12, 'lane', 'acme', '${id}', 3, '2026-01-15', 503, 'status', null),
        ('operator', 0, 9, 'lane', 'acme', '${id}', 13, '2026-01-15', 500, 'status', '2026-01-16')`);
    await database.query(WEBHOOK_OUTLETS_SQL);
    const all = async (columns: string, table: string) =>
      (await database.query(`select ${columns} from threadlog.${table} order by 1, 2`)).rows;
    expect(await all('reader, partition, next_offset, max_epoch', 'webhook_positions')).toEqual([
      { reader: 'live', partition: 0, next_offset: 17, max_epoch: 5 },
    ]);
    expect(await all('outlet, log_offset, attempts, dead_at is not null as dead', 'webhook_deliveries')).toEqual([
      { outlet: '*/acme', log_offset: 9, attempts: 13, dead: true },
      { outlet: '*/acme', log_offset: 12, attempts: 3, dead: false },
    ]);
    expect(await all('endpoint, since', 'webhook_receivers')).toEqual([{ endpoint: '*', since: new Date(0) }]);
  });

  it('frees the lock that a migration killed in the middle left behind', async () => {
    const database = open(await stack.freshDatabase());
    await migrate(database, { messages: 'mongo' });
    await database.query('update threadlog.threadlog_migrations_lock set is_locked = 1');
    await migrate(database, { messages: 'mongo' });
    // The server lets go of it a moment after the connection was closed.
    await eventually(async () => {
      const { rows } = await database.query('select pg_try_advisory_lock($1) as free', [MIGRATION_LOCK]);
      expect(rows).toEqual([{ free: true }]);
    });
  });

  it('says after five seconds who holds the lock that it waits for', async () => {
    const database = open(await stack.freshDatabase());
    const holder = await database.connect();
    await holder.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const told = Promise.withResolvers<LockHolder[]>();
    const migrated = migrate(database, { messages: 'postgres', onWaiting: told.resolve });

    const pid = (await holder.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid;
    expect(await told.promise).toEqual([{ pid, application: 'threadlog', since: expect.any(Date) }]);

    holder.release(true);
    await migrated;
  });
});

describe('the database', () => {
  let database: Database;
  beforeAll(async () => {
    database = open(await stack.freshDatabase());
    await migrate(database, { messages: 'postgres' });
  });

  it('gives back 64-bit integers as numbers', async () => {
    const { rows } = await database.query(
      'select 9007199254740991::bigint as large, count(*) as counted from (select 1) t',
    );
    expect(rows).toEqual([{ large: Number.MAX_SAFE_INTEGER, counted: 1 }]);
  });

  it('rolls a failed transaction back and hands the connection on clean', async () => {
    const failing = inTransaction(database, async (client) => {
      await client.query('create table read_1.never (id int)');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const { rows } = await database.query(`select to_regclass('read_1.never') as found`);
    expect(rows).toEqual([{ found: null }]);
  });

  it('belongs to one log for ever', async () => {
    const log = { logId: 'cluster/topic-1', topic: 'chat.events.v1', partitions: 12 };
    await claimLogIdentity(database, log);
    await claimLogIdentity(database, log);
    for (const other of [{ logId: 'cluster/topic-2' }, { topic: 'x' }, { partitions: 13 }]) {
      await expect(claimLogIdentity(database, { ...log, ...other })).rejects.toThrow(LogIdentityError);
    }
  });
});

describe('shared queries', () => {
  const acme = tenantId('acme');
  const other = tenantId('other');
  let database: Database;
  const queries = () => createThreadQueries({ database, generation: () => 1 });
  const thread = (id: string, given: Partial<ThreadRow> = {}): ThreadRow => ({
    tenant_id: acme,
    thread_id: id,
    type: 'group',
    channel: 'chat',
    status: 'active',
    learner_id: null,
    title: null,
    metadata: null,
    parent_thread_id: null,
    root_message_id: null,
    title_by: null,
    metadata_by: null,
    root_version: null,
    created_by: 'ada',
    created_by_type: 'user',
    created_at: '2026-01-01T00:00:00.000001Z',
    updated_at: '2026-01-01T00:00:00.000001Z',
    version: 3,
    settings_version: 1,
    last_message_index: 0,
    last_message_id: null,
    last_message_at: null,
    agent_mode: 'auto',
    agent_mode_at: null,
    agent_runs: null,
    agent_hops: null,
    deleted_count: 0,
    deleted_at: null,
    ...given,
  });
  const member = (threadId: string, userId: string, given: Partial<ParticipantRow> = {}): ParticipantRow => ({
    tenant_id: acme,
    thread_id: threadId,
    user_id: userId,
    role: 'member',
    visible_from_index: 1,
    visible_from_version: 1,
    joined_index: 0,
    joined_at: '2026-01-01T00:00:00.000001Z',
    version: 1,
    removed_at: null,
    ...given,
  });
  const write = <Row extends object>(table: Table<Row>, rows: Row[]) =>
    database.query(upsertSql(table, 'read_1', '$1'), [JSON.stringify(rows)]);

  beforeAll(async () => {
    database = open(await stack.freshDatabase());
    await migrate(database, { messages: 'postgres' });
    const later = '2026-01-01T00:00:00.000009Z';
    await write(threadsTable, [
      thread('one'),
      thread('two', { updated_at: later }),
      thread('gone', { deleted_at: later }),
      thread('one', { tenant_id: other, version: 8 }),
    ]);
    await write(participantsTable, [
      member('one', 'ada'),
      member('one', 'bob', { joined_at: '2026-01-01T00:00:00.000000Z' }),
      member('one', 'cyd', { removed_at: later }),
      member('two', 'ada', { role: 'owner', visible_from_index: 4, visible_from_version: 3 }),
      member('gone', 'ada'),
      member('one', 'ada', { tenant_id: other }),
    ]);
    await database.query(
      'insert into read_1.checkpoints (partition, next_offset, max_epoch) values (0, 7, 2), (1, 9, 3)',
    );
  });

  it('find threads and participants within the tenant only', async () => {
    expect(await queries().threadById(acme, 'one')).toEqual(thread('one'));
    expect((await queries().threadById(other, 'one'))?.version).toBe(8);
    expect(await queries().threadById(other, 'two')).toBeNull();
    expect(await queries().threadsByIds(other, ['one', 'two'])).toHaveLength(1);
    const users = (rows: ParticipantRow[]) => rows.map((row) => row.user_id);
    expect(users(await queries().participantsOf(acme, ['one']))).toEqual(['bob', 'ada']);
    expect(users(await queries().participantsOf(acme, ['one'], { removed: true }))).toEqual(['bob', 'ada', 'cyd']);
    expect(await queries().participant(acme, 'one', 'cyd')).toBeNull();
    expect(await queries().participant(acme, 'one', 'bob')).toMatchObject({ user_id: 'bob' });
  });

  it('give memberships, most recent first, with the checkpoints they are true for', async () => {
    const { memberships, checkpoints } = await queries().membershipsOf(acme, 'ada', 10);
    const shared = { thread_version: 3, learner_id: null };
    expect(memberships).toEqual([
      { thread_id: 'two', role: 'owner', visible_from_index: 4, visible_from_version: 3, ...shared },
      { thread_id: 'one', role: 'member', visible_from_index: 1, visible_from_version: 1, ...shared },
    ]);
    expect([...checkpoints].sort()).toEqual([
      [0, 7],
      [1, 9],
    ]);
    expect((await queries().membershipsOf(acme, 'ada', 1)).memberships).toHaveLength(1);
    expect((await queries().membershipsOf(acme, 'cyd', 10)).memberships).toEqual([]);
  });

  it('read checkpoints, with a start for partitions not begun', async () => {
    expect((await readCheckpoints(database, 1)).get(1)).toEqual({
      partition: 1,
      nextOffset: 9,
      maxEpoch: 3,
      revision: 0,
      parkings: 0,
    });
    expect(await readCheckpoint(database, 1, 5)).toMatchObject({
      partition: 5,
      nextOffset: 0,
      maxEpoch: 0,
      revision: 0,
    });
  });

  it('dump a generation the same way every time, without clock times', async () => {
    const store = createPostgresMessageStore({ database, generation: () => 1 });
    const dump = await canonicalDump(database, 1, { store });
    await database.query('update read_1.checkpoints set updated_at = now()');
    expect(await canonicalDump(database, 1, { store })).toBe(dump);
    await database.query('update read_1.participants set version = version + 1');
    expect(await canonicalDump(database, 1, { store })).not.toBe(dump);
  });
});
