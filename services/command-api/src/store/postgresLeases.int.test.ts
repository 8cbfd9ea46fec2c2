import { migrate, noteLogLoss, readKnownLengths, type Database } from '@threadlog/read-models';
import { testStack } from '@threadlog/testing';
import type { HeldLease, Instance, Lease } from '../ownership/ports';
import { createPostgresLeases } from './postgresLeases';

const ANN: Instance = { ownerId: 'ann', url: 'http://ann' };
const BOB: Instance = { ownerId: 'bob', url: 'http://bob' };
const TTL = 60_000;
const held = (lease: Lease, known = 0): HeldLease => ({ ...lease, known });

describe('leases in Postgres', () => {
  let database: Database;
  const stack = testStack();
  const leases = () => createPostgresLeases(database);
  /** Their time is the database's: it is brought forward instead of waited for. */
  const runOut = (table: string) => database.query(`update threadlog.${table} set expires_at = clock_timestamp()`);

  beforeAll(async () => {
    database = await stack.freshPool();
    await migrate(database, { messages: 'postgres' });
  });
  beforeEach(async () => {
    await database.query('truncate threadlog.partition_leases, threadlog.command_instances, threadlog.log_losses');
    await leases().prepare(4);
  });

  test('a free partition has one owner, however many ask at once', async () => {
    const taken = await Promise.all([ANN, BOB, ANN, BOB].map((one) => leases().acquire(one, 4, [], TTL)));
    const owners = await Promise.all([0, 1, 2, 3].map((partition) => leases().ownerOf(partition)));
    expect(owners.every((owner) => owner !== null)).toBe(true);
    // Asking twice is a change of hands like any other: the later lease has the higher epoch, and only it can be renewed.
    for (const [partition, owner] of owners.entries()) {
      const epochs = taken
        .flat()
        .filter((lease) => lease.partition === partition)
        .map((lease) => lease.epoch);
      expect(owner!.epoch).toBe(Math.max(...epochs));
    }
  });

  test('epochs grow with every change of hands and follow the database’s time', async () => {
    const [first] = await leases().acquire(ANN, 1, [], TTL);
    expect(Math.abs(first!.epoch - Date.now())).toBeLessThan(60_000);
    await leases().release('ann', [held(first!)]);
    const [second] = await leases().acquire(BOB, 1, [1, 2, 3], TTL);
    expect(second!.partition).toBe(first!.partition);
    expect(second!.epoch).toBeGreaterThan(first!.epoch);
  });

  test('the previous owner does not get its lease back without a new epoch', async () => {
    const [before] = await leases().acquire(ANN, 1, [], TTL);
    const [after] = await leases().acquire(ANN, 1, [1, 2, 3], TTL);
    expect(after!.epoch).toBeGreaterThan(before!.epoch);
    expect(await leases().renew('ann', [held(before!)], TTL)).toEqual([]);
    expect(await leases().renew('ann', [held(after!)], TTL)).toEqual([after]);
  });

  test('a held lease is nobody else’s until it runs out', async () => {
    await leases().acquire(ANN, 4, [], TTL);
    expect(await leases().acquire(BOB, 4, [], TTL)).toEqual([]);
    await runOut('partition_leases');
    const taken = await leases().acquire(BOB, 4, [], TTL);
    expect(taken).toHaveLength(4);
    expect(
      await leases().renew(
        'ann',
        taken.map((lease) => held(lease)),
        TTL,
      ),
    ).toEqual([]);
  });

  test('raising goes above what the log has seen', async () => {
    const [lease] = await leases().acquire(ANN, 1, [], TTL);
    const above = lease!.epoch + 1_000_000;
    expect((await leases().raise('ann', lease!, above, TTL))!.epoch).toBe(above + 1);
    expect(await leases().raise('ann', lease!, above, TTL)).toBeNull();
  });

  test('releases and renewals name the epoch: those of an old one do nothing', async () => {
    const [old] = await leases().acquire(ANN, 1, [], TTL);
    const raised = await leases().raise('ann', old!, 0, TTL);
    await leases().release('ann', [held(old!)]);
    expect((await leases().ownerOf(raised!.partition))!.epoch).toBe(raised!.epoch);
    await leases().release('ann', [held(raised!)]);
    expect(await leases().ownerOf(raised!.partition)).toBeNull();
  });

  test('what an owner was acked is kept with the lease, and never becomes less', async () => {
    const knownOf0 = async () => (await readKnownLengths(database)).get(0);
    const [lease] = await leases().acquire(ANN, 1, [], TTL);
    await leases().renew('ann', [held(lease!, 12)], TTL);
    expect(await knownOf0()).toEqual({ offset: 12, by: 'the last owner' });
    await leases().renew('ann', [held(lease!, 7)], TTL);
    await leases().release('ann', [held(lease!, 40)]);
    expect(await knownOf0()).toEqual({ offset: 40, by: 'the last owner' });
    await database.query('insert into read_1.checkpoints (partition, next_offset, max_epoch) values (0, 44, 1)');
    expect(await knownOf0()).toEqual({ offset: 44, by: 'the checkpoint of generation 1' });
  });

  test('a partition of which the log lost something is taken and kept by nobody', async () => {
    const [lease] = await leases().acquire(ANN, 1, [], TTL);
    await noteLogLoss(database, { partition: 0, head: 3, known: 5, knownBy: 'somebody' });
    expect(await leases().renew('ann', [held(lease!)], TTL)).toEqual([]);
    await leases().release('ann', [held(lease!)]);
    const taken = await leases().acquire(BOB, 4, [], TTL);
    expect(taken.map(({ partition }) => partition)).toEqual([1, 2, 3]);
  });

  test('an epoch that no clock has reached is not gone on from', async () => {
    await database.query('update threadlog.partition_leases set epoch = 9007199254740000');
    const [lease] = await leases().acquire(ANN, 1, [], TTL);
    expect(Math.abs(lease!.epoch - Date.now())).toBeLessThan(60_000);
  });

  test('instances see each other while they live', async () => {
    await leases().heartbeat(BOB, TTL);
    const ids = async () => (await leases().heartbeat(ANN, TTL)).map((one) => one.ownerId).sort();
    expect(await ids()).toEqual(['ann', 'bob']);
    await runOut('command_instances');
    expect(await ids()).toEqual(['ann']);
    await leases().heartbeat(BOB, TTL);
    await leases().leave('bob');
    expect(await ids()).toEqual(['ann']);
  });
});
