import { tenantId } from '@threadlog/events';
import { migrate, type Database } from '@threadlog/read-models';
import { eventually, testStack } from '@threadlog/testing';
import { createHoldsCache, HOLDS_MAX_AGE_MS } from './holdsCache';

const ACME = tenantId('acme');
const HOLD = { hold_id: 'h1', subject: { kind: 'user', id: 'ada' }, held_thread_id: null };

const stack = testStack();
let database: Database;
beforeAll(async () => {
  database = await stack.freshPool();
  await migrate(database, { messages: 'postgres' });
});

async function checkpoint(nextOffset: number): Promise<void> {
  await database.query(
    `insert into read_1.checkpoints (partition, next_offset, max_epoch) values (0, $1, 1)
     on conflict (partition) do update set next_offset = excluded.next_offset`,
    [nextOffset],
  );
}

test('holds are known from when the projection has arrived, are read again, and are not relied on for long', async () => {
  await database.query(
    `insert into read_1.tenants (tenant_id, retention_default, holds, erasing, version) values ('acme', true, $1, '[]', 1)`,
    [JSON.stringify([HOLD])],
  );
  await checkpoint(4);
  let nowMs = 0;
  let wake = () => undefined as void;
  let turns = 0;
  const stopping = new AbortController();
  let head = 5;
  const cache = createHoldsCache({
    database,
    generation: () => Promise.resolve(1),
    ends: () => Promise.resolve(new Map([[0, head]])),
    onFault: (error) => {
      throw error;
    },
    clock: {
      monotonicMs: () => nowMs,
      sleep: (_ms, signal) =>
        new Promise((resolve) => {
          turns += 1;
          wake = resolve;
          signal?.addEventListener('abort', () => resolve());
        }),
    },
  });
  const ended = cache.run(stopping.signal);
  const nextTurn = async () => {
    const before = turns;
    wake();
    await eventually(() => turns > before);
  };
  await eventually(() => turns === 1);
  expect(cache.of(ACME)).toBeNull();

  // What the log grew by since does not matter.
  head = 9;
  await checkpoint(5);
  await nextTurn();
  expect(cache.of(ACME)).toEqual([HOLD]);
  expect(cache.of(tenantId('globex'))).toEqual([]);

  await database.query(`update read_1.tenants set holds = '[]'`);
  expect(cache.of(ACME)).toEqual([HOLD]);
  await nextTurn();
  expect(cache.of(ACME)).toEqual([]);

  nowMs += HOLDS_MAX_AGE_MS + 1;
  expect(cache.of(ACME)).toBeNull();
  await nextTurn();
  expect(cache.of(ACME)).toEqual([]);
  stopping.abort();
  await ended;
});
