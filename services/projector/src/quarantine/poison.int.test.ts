import { encodeEvent, type ChatEvent, type OutgoingRecord } from '@threadlog/events';
import { createMetrics } from '@threadlog/service';
import { eventually, testStack } from '@threadlog/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { longHistory } from '../testing/histories';
import { offsetsOf, poisonHistory, POISONS, type Poison } from '../testing/poison';
import { openTestbed, type Testbed } from '../testing/testbed';
import { discardRecord } from './discard';
import { replayParkedKey } from './replay';

const stack = testStack();
const EVENTS = 400;
const PARTITIONS = 3;

/** Record key of a row, by table: what is parked together. */
const root = (column: string) => `split_part(${column}, '~', 1)`;
const KEYS: Record<string, string> = {
  streams: `tenant_id || '/' || stream_type || '/' || ${root('stream_id')}`,
  threads: `tenant_id || '/thread/' || ${root('thread_id')}`,
  participants: `tenant_id || '/thread/' || ${root('thread_id')}`,
  thread_members: `tenant_id || '/thread/' || ${root('thread_id')}`,
  message_refs: `tenant_id || '/thread/' || ${root('thread_id')}`,
  users: `tenant_id || '/user/' || user_id`,
  user_threads: `tenant_id || '/user/' || user_id`,
  command_receipts: `tenant_id || '/' || stream_type || '/' || ${root('stream_id')}`,
  audit_log: `tenant_id || '/' || stream_type || '/' || ${root('stream_id')}`,
  chat_export_logs: `tenant_id || '/privacy/' || stream_id`,
  chat_deletion_logs: `tenant_id || '/privacy/' || stream_id`,
  tenants: `tenant_id || '/tenant/' || tenant_id`,
};

describe.each(['postgres', 'mongo'] as const)('logs that hold poison, messages in %s', (kind) => {
  const beds: Testbed[] = [];
  const open = async () => {
    const bed = await openTestbed(stack, kind);
    beds.push(bed);
    return bed;
  };
  afterEach(async () => {
    for (const bed of beds.splice(0)) await bed.close();
  });

  it.each([1, 2, 3, 4])(
    'stop nothing but their own streams, take rights away, and can be mended (%i)',
    async (seed) => {
      const events = longHistory(EVENTS, seed);
      const poisons = poisonHistory(events, 6, seed);
      const [clean, bed] = [await open(), await open()];
      await clean.append(events);
      await bed.appendRecords(withPoison(events, poisons));
      const { role } = bed.start();
      clean.start();
      await Promise.all([clean.caughtUp(), bed.caughtUp()]);
      await role.checks![0]!.check();

      const parked = await parkedKeys(bed);
      expect(parked.length).toBeGreaterThan(0);
      expect(await rowsOutside(bed, parked)).toEqual(await rowsOutside(clean, parked));
      expect(await seenTooMuch(bed, clean)).toEqual([]);
      expect(await bed.rebuiltEquals()).toBe('equal');

      await mend(bed, events, poisons);
      const deps = { database: bed.database, generation: 1, store: bed.messageStore(1) };
      for (const key of parked) expect(await replayParkedKey(deps, key)).toBeGreaterThan(0);
      expect(await bed.dump()).toBe(await clean.dump());
      // The lanes go on with it.
      const later = longHistory(EVENTS + 60, seed).slice(EVENTS);
      await Promise.all([clean.append(later), bed.append(later)]);
      await Promise.all([clean.caughtUp(), bed.caughtUp()]);
      expect(await bed.dump()).toBe(await clean.dump());
    },
  );

  it.each([5, 6])(
    'go on without the records that an operator discards, and are rebuilt without them (%i)',
    async (seed) => {
      const events = longHistory(EVENTS, seed);
      const bed = await open();
      await bed.appendRecords(withPoison(events, poisonHistory(events, 6, seed)));
      bed.start();
      await bed.caughtUp();
      for (let tries = 0; (await parkedKeys(bed)).length > 0; tries += 1) {
        expect(tries).toBeLessThan(EVENTS);
        await discardFirst(bed);
      }
      const { rows } = await bed.database.query<{ n: number }>(
        `select count(*)::int as n from threadlog.discarded_records where reason = 'a test' and discarded_by = 'me'`,
      );
      expect(rows[0]!.n).toBeGreaterThan(0);
      const later = longHistory(EVENTS + 60, seed).slice(EVENTS);
      await bed.append(later);
      await bed.caughtUp();
      expect(await parkedKeys(bed)).toEqual([]);
      expect(await bed.rebuiltEquals()).toBe('equal');
    },
  );

  it('of the build before are read whole: half an emoji, and a time beyond the year 9999', async () => {
    const file = join(__dirname, '../../../../libs/events/golden/refused-by-stores.ndjson');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const bed = await open();
    await bed.appendRecords(
      lines.map((line) => {
        const { value, ...record } = JSON.parse(line) as OutgoingRecord;
        return { ...record, value: Buffer.from(JSON.stringify(value)) };
      }),
    );
    const metrics = createMetrics({ defaults: false });
    const { role } = bed.start({ metrics });
    await bed.caughtUp();
    await role.checks![0]!.check();
    expect(await parkedKeys(bed)).toEqual([]);
    // And it is told: both were applied as something else than was written.
    await eventually(async () =>
      (await metrics.registry.metrics()).includes('projector_events_mended_total{generation="1"} 2'),
    );
    const { rows } = await bed.database.query(
      `select removed_at is not null as gone from read_1.participants where user_id = 'ben'`,
    );
    expect(rows).toEqual([{ gone: true }]);
    const { rows: muted } = await bed.database.query('select muted_until, pinned from read_1.user_threads');
    expect(muted).toEqual([{ muted_until: '9999-12-31T23:59:59.999999Z', pinned: true }]);
    expect(await bed.rebuiltEquals()).toBe('equal');
  });

  it('are poisoned in every way here', () => {
    const kinds = [1, 2, 3, 4, 5, 6].flatMap((seed) => poisonHistory(longHistory(EVENTS, seed), 6, seed));
    expect(new Set(kinds.map((poison) => poison.kind))).toEqual(new Set(POISONS));
  });
});

function withPoison(events: readonly ChatEvent[], poisons: readonly Poison[]) {
  const records = events.map((event) => encodeEvent(event));
  for (const { at, record } of poisons) records[at] = record;
  return records;
}

async function parkedKeys(bed: Testbed): Promise<string[]> {
  const { rows } = await bed.database.query<{ record_key: string }>(
    'select record_key from read_1.parked_keys order by record_key',
  );
  return rows.map(({ record_key }) => record_key);
}

/** Every row that is of none of these keys. */
async function rowsOutside(bed: Testbed, keys: readonly string[]): Promise<object> {
  const tables: Record<string, unknown> = {};
  for (const [table, key] of Object.entries(KEYS)) {
    const { rows } = await bed.database.query<{ line: string }>(
      `select row_to_json(t)::text as line from read_1.${table} t where not (${key}) = any($1) order by 1`,
      [keys],
    );
    tables[table] = rows.map(({ line }) => line);
  }
  return tables;
}

/** What is seen in spite of what took it away: memberships, roles, messages, profiles. */
async function seenTooMuch(bed: Testbed, clean: Testbed): Promise<unknown[]> {
  const [found, right] = [await seen(bed), await seen(clean)];
  return [...found].filter((one) => !right.has(one));
}

async function seen(bed: Testbed): Promise<Set<string>> {
  const rows = await bed.database.query<{ line: string }>(
    `with shown as (select t.tenant_id, t.thread_id from read_1.threads t
       join read_1.threads r on r.tenant_id = t.tenant_id and r.thread_id = split_part(t.thread_id, '~', 1)
       where t.deleted_at is null and r.deleted_at is null)
     select 'member ' || tenant_id || ' ' || thread_id || ' ' || user_id as line
       from read_1.participants join shown using (tenant_id, thread_id) where removed_at is null
     union all
     select 'message ' || tenant_id || ' ' || thread_id || ' ' || message_index
       from read_1.message_refs join shown using (tenant_id, thread_id) where not deleted
     union all
     select 'profile ' || tenant_id || ' ' || user_id from read_1.users where removed_at is null`,
  );
  return new Set(rows.rows.map(({ line }) => line));
}

/** Puts the events that should have stood in the log into quarantine, each in its place. */
async function mend(bed: Testbed, events: readonly ChatEvent[], poisons: readonly Poison[]): Promise<void> {
  const places = offsetsOf(events, PARTITIONS);
  for (const { at, event } of poisons) {
    const { key, value, headers } = encodeEvent(event);
    const { partition, offset } = places[at]!;
    await bed.database.query(
      `update read_1.quarantine set value = $3, headers = $4, reason = 'mended' where partition = $1 and log_offset = $2`,
      [partition, offset, value, JSON.stringify(headers)],
    );
    await bed.database.query(
      'update read_1.parked_keys set since_offset = least(since_offset, $2) where record_key = $1',
      [key, offset],
    );
  }
}

async function discardFirst(bed: Testbed): Promise<void> {
  const { rows } = await bed.database.query<{ recordKey: string; offset: number }>(
    `select record_key as "recordKey", since_offset as "offset" from read_1.parked_keys order by 1 limit 1`,
  );
  const next = rows[0]!;
  const given = { ...next, reason: 'a test', by: 'me', force: true };
  const [outcome] = await discardRecord(bed, given);
  if (outcome?.stillParked) await discardRecord(bed, { ...given, offset: outcome.stillParked.offset });
}
