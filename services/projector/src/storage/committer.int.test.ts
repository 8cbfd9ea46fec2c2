import { tenantId } from '@threadlog/events';
import { migrate, readCheckpoints, type Checkpoint, type Database } from '@threadlog/read-models';
import { testStack } from '@threadlog/testing';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRegistry } from '../projections/registry';
import type { BatchWrite } from './commitBatch';
import { createCommitter } from './committer';

const stack = testStack();
const PARTITIONS = 6;
const registry = createRegistry('postgres');
const streams = registry.relational.find(({ table }) => table.name === 'streams')!;

describe('commits of several lanes', () => {
  let database: Database;
  beforeAll(async () => {
    database = await stack.freshPool();
    await migrate(database, { messages: 'postgres' });
  });
  beforeEach(async () => {
    await database.query('truncate read_1.checkpoints, read_1.streams');
    await database.query(
      `insert into read_1.checkpoints (partition, next_offset, max_epoch) select n, 0, 0 from generate_series(0, 5) n`,
    );
  });

  /** A batch of one stream, from one offset to the next. */
  function batch(partition: number, from: number, row: object = {}): BatchWrite {
    const stream = {
      ...{ tenant_id: tenantId('acme'), stream_type: 'thread', stream_id: `t-${partition}`, partition },
      ...{ version: from + 1, last_timestamp: '2026-01-01T00:00:00.000000Z', parked_at: null, gap: 0, ...row },
    };
    return {
      generation: 1,
      from: { partition, nextOffset: from, maxEpoch: from, revision: 0, parkings: 0 },
      to: { offset: from + 1, maxEpoch: from + 1 },
      relational: registry.relational,
      changes: new Map([[streams, new Map([['key', stream]])]]),
      quarantined: [],
    };
  }

  const versions = async (): Promise<Record<string, number>> => {
    const { rows } = await database.query<{ stream_id: string; version: number }>(
      'select stream_id, version from read_1.streams order by stream_id',
    );
    return Object.fromEntries(rows.map(({ stream_id, version }) => [stream_id, version]));
  };
  const offsets = async (): Promise<number[]> => {
    const found = await readCheckpoints(database, 1);
    return Array.from({ length: PARTITIONS }, (_, partition) => (found.get(partition) as Checkpoint).nextOffset);
  };
  /** The database, and how many statements it was given. */
  function counted() {
    const given = { statements: 0 };
    const query = ((...of: Parameters<Database['query']>) => {
      given.statements += 1;
      return database.query(...of);
    }) as Database['query'];
    return { given, commit: createCommitter({ query }) };
  }

  it('share a statement with those of the same turn', async () => {
    const { given, commit } = counted();
    const moved = await Promise.all([0, 1, 2, 3].map((partition) => commit(batch(partition, 0))));
    expect(moved).toEqual([true, true, true, true]);
    expect(given.statements).toBe(1);
    expect(await versions()).toEqual({ 't-0': 1, 't-1': 1, 't-2': 1, 't-3': 1 });
    expect(await offsets()).toEqual([1, 1, 1, 1, 0, 0]);
    expect((await readCheckpoints(database, 1)).get(1)).toMatchObject({ maxEpoch: 1, revision: 0, parkings: 0 });
  });

  it('share a statement with those that come while others are under way', async () => {
    const { given, commit } = counted();
    const moved: Promise<boolean>[] = [];
    for (const partition of [0, 1]) {
      moved.push(commit(batch(partition, 0)));
      await nextTurn();
    }
    for (const partition of [2, 3]) moved.push(commit(batch(partition, 0)));
    expect(await Promise.all(moved)).toEqual([true, true, true, true]);
    expect(given.statements).toBe(3);
    expect(await offsets()).toEqual([1, 1, 1, 1, 0, 0]);
  });

  it('write nothing of a batch whose checkpoint stands elsewhere, and all of the others', async () => {
    const { commit } = counted();
    await database.query('update read_1.checkpoints set next_offset = 5 where partition = 2');
    await database.query('update read_1.checkpoints set revision = 1 where partition = 3');
    const moved = await Promise.all([0, 1, 2, 3, 4].map((partition) => commit(batch(partition, 0))));
    expect(moved).toEqual([true, true, false, false, true]);
    expect(await versions()).toEqual({ 't-0': 1, 't-1': 1, 't-4': 1 });
    expect(await offsets()).toEqual([1, 1, 5, 0, 1, 0]);
  });

  it('fail alone where the database refuses what is in one', async () => {
    const { commit } = counted();
    const ends = await Promise.allSettled([
      ...[0, 1].map((partition) => commit(batch(partition, 0))),
      commit(batch(2, 0, { tenant_id: null })),
      commit(batch(3, 0)),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(ends[2]).toMatchObject({ reason: { code: '23502' } });
    expect(await offsets()).toEqual([1, 1, 0, 1, 0, 0]);
  });

  it('fail together where it cannot be reached, and none is taken for done', async () => {
    const away = { query: () => Promise.reject(new Error('connection lost')) } as unknown as Database;
    const commit = createCommitter(away);
    const ends = await Promise.allSettled([0, 1, 2].map((partition) => commit(batch(partition, 0))));
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('of two projectors at once are each done by one of them', async () => {
    const [one, other] = [createCommitter(database), createCommitter(database)];
    const order = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    for (let round = 0; round < 60; round += 1) {
      const first = Promise.all(order.map((partition) => one(batch(partition, round))));
      const second = Promise.all([...order].reverse().map((partition) => other(batch(partition, round))));
      const [mine, others] = [await first, (await second).reverse()];
      expect(order.map((at) => [mine[at], others[at]].filter(Boolean).length)).toEqual(order.map(() => 1));
    }
    expect(await offsets()).toEqual(order.map(() => 60));
    expect(await versions()).toEqual(Object.fromEntries(order.map((at) => [`t-${at}`, 60])));
  });
});
