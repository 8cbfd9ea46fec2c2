import { LIMITS, type CommandInput, type CommandRequest, type CommandRouter } from '@threadlog/commands';
import { tenantId } from '@threadlog/events';
import { createPostgresMessageStore, migrate, type Database, type LegalHold } from '@threadlog/read-models';
import { createLogger } from '@threadlog/service';
import { testStack } from '@threadlog/testing';
import { lowestId } from './cutoff';
import { isProjected } from './projected';
import { sweepTenant, type SweepDeps } from './sweep';

jest.setTimeout(60_000);
const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const THREADS = ['a', 'b', 'c'];
/** More than two batches of the walk. */
const PER_THREAD = 420;

const stack = testStack();
let database: Database;
beforeAll(async () => {
  database = await stack.freshPool();
  await migrate(database, { messages: 'postgres' });
});

/** Messages of three threads in turns, a minute apart, the last ones not yet past 30 days; sent by `sender`. */
async function given(name: string, sender = 'ada') {
  const tenant = tenantId(name);
  const first = NOW - 30 * DAY_MS - THREADS.length * PER_THREAD * 60_000 + 10.5 * 60_000;
  await database.query(
    `insert into read_1.threads (tenant_id, thread_id, type, channel, status, created_by, created_by_type, created_at,
       updated_at, version, settings_version, agent_mode)
     select $1, id, 'group', 'chat', 'active', 'ada', 'user', '', '', 1, 1, 'auto' from unnest($2::text[]) id`,
    [tenant, THREADS],
  );
  const rows = Array.from({ length: THREADS.length * PER_THREAD }, (_, index) => {
    const at = first + index * 60_000;
    return {
      tenant_id: tenant,
      thread_id: THREADS[index % THREADS.length],
      message_index: Math.floor(index / THREADS.length) + 1,
      message_id: lowestId(at),
      created_at: `${new Date(at).toISOString().slice(0, -1)}000Z`,
    };
  });
  await database.query(
    `insert into read_1.messages (tenant_id, thread_id, message_index, message_id, version, created_version, sender_id,
       sender_type, message_type, mentions, created_at, updated_at)
     select r.tenant_id, r.thread_id, r.message_index, r.message_id, 1, 1, $2, 'user', 'text', '{}', r.created_at,
       r.created_at
     from json_to_recordset($1) as r(tenant_id text, thread_id text, message_index int, message_id text, created_at text)`,
    [JSON.stringify(rows), sender],
  );
  const commands: CommandInput<'thread.scrub'>[] = [];
  const broken = new Set<string>();
  const router: CommandRouter = {
    async execute({ command }: CommandRequest) {
      const input = command.input as CommandInput<'thread.scrub'>;
      if (broken.has(input.threadId)) return { ok: false, problem: { code: 'unavailable', detail: 'parked' } };
      commands.push(input);
      await database.query(
        `update read_1.messages set deleted_at = created_at where tenant_id = $1 and message_id = any($2)`,
        [tenant, input.messageIds],
      );
      return { ok: true, status: 200, resource: null, position: null, replayed: false };
    },
  };
  const deps: SweepDeps = {
    database,
    generation: 1,
    messageStore: createPostgresMessageStore({ database, generation: () => 1 }),
    router,
    logger: createLogger({ service: 'test', level: 'silent' }),
    now: () => NOW,
    pauseMs: 0,
    onDeleted: () => undefined,
  };
  const left = async () => {
    const { rows: found } = await database.query<{ thread_id: string; message_id: string }>(
      'select thread_id, message_id from read_1.messages where tenant_id = $1 and deleted_at is null order by message_id',
      [tenant],
    );
    return found;
  };
  const sweep = (holds: readonly LegalHold[] = []) =>
    sweepTenant(deps, { tenantId: tenant, days: 30, holds }, new AbortController().signal);
  return { tenant, rows, commands, broken, sweep, left };
}

test('deletes oldest first, so many a command, exactly what is past its time, and does not walk it again', async () => {
  const { rows, commands, sweep, left } = await given('many');
  expect(await sweep()).toBe(true);
  expect(await left()).toHaveLength(10);
  expect(commands.every(({ messageIds }) => messageIds.length <= LIMITS.scrubbedMessages)).toBe(true);
  for (const thread of THREADS) {
    const ids = commands.filter(({ threadId }) => threadId === thread).flatMap(({ messageIds }) => messageIds);
    expect(ids).toEqual(
      rows
        .filter((row) => row.thread_id === thread)
        .map((row) => row.message_id)
        .slice(0, ids.length),
    );
  }
  const { rows: positions } = await database.query(
    `select message_id from threadlog.retention_positions where tenant_id = 'many'`,
  );
  expect(positions).toEqual([{ message_id: rows.at(-11)!.message_id }]);
  const before = commands.length;
  expect(await sweep()).toBe(true);
  expect(commands).toHaveLength(before);
});

test('leaves a thread that cannot be written to the next sweep, and goes on with the others', async () => {
  const { broken, sweep, left } = await given('broken');
  broken.add('b');
  expect(await sweep()).toBe(true);
  const kept = await left();
  expect(kept.filter(({ thread_id }) => thread_id !== 'b').length).toBeLessThan(10);
  expect(kept.filter(({ thread_id }) => thread_id === 'b')).toHaveLength(PER_THREAD);
  broken.clear();
  await sweep();
  expect(await left()).toHaveLength(10);
});

test('walks past what is held, and starts over when the hold is gone, and only then', async () => {
  const { commands, sweep, left } = await given('held');
  const hold = (hold_id: string, id: string): LegalHold => ({
    hold_id,
    subject: { kind: 'user', id },
    held_thread_id: null,
    reason: 'litigation',
    reference: null,
    set_by: 'pia',
    set_at: '',
  });
  const [onAda, onBen] = [hold('h1', 'ada'), hold('h2', 'ben')];
  await sweep([onAda]);
  expect(commands).toEqual([]);
  // Another hold is set: what is behind the position stays behind.
  await sweep([onAda, onBen]);
  expect(await left()).toHaveLength(THREADS.length * PER_THREAD);
  await sweep([onBen]);
  expect(await left()).toHaveLength(10);
});

test('waits until the read model has what is in the log', async () => {
  const log = { partitions: 2, head: (partition: number) => Promise.resolve(partition * 7) };
  const waiting = new AbortController();
  let answer: boolean | undefined;
  const asked = isProjected({ database, log }, 1, waiting.signal).then((projected) => (answer = projected));
  await database.query('insert into read_1.checkpoints (partition, next_offset, max_epoch) values (1, 6, 1)');
  const again = new AbortController();
  const behind = isProjected({ database, log }, 1, again.signal);
  again.abort();
  expect(await behind).toBe(false);
  expect(answer).toBeUndefined();
  await database.query('update read_1.checkpoints set next_offset = 7');
  expect(await asked).toBe(true);
});
