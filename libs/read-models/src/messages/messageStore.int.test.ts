import { tenantId } from '@threadlog/events';
import { testStack } from '@threadlog/testing';
import { createDatabase } from '../database';
import { createMongo } from '../mongoClient';
import { migrate } from '../migrate';
import type { MessageEditRow, MessageRow } from '../projections';
import { deletionRow, messageRow } from '../testing/rows';
import { createMongoMessageStore } from './mongo';
import { createPostgresMessageStore } from './postgres';
import type { EditPageOptions, MessageStore } from './port';

const tenant = tenantId('acme');
const other = tenantId('other');
const thread = 'thread-1';

interface Opened {
  store: MessageStore;
  close(): Promise<void>;
}

const stack = testStack();

async function openPostgres(): Promise<Opened> {
  const database = createDatabase({ url: await stack.freshDatabase() });
  await migrate(database, { messages: 'postgres' });
  return { store: createPostgresMessageStore({ database, generation: () => 1 }), close: () => database.end() };
}

async function openMongo(): Promise<Opened> {
  const client = createMongo(stack.freshMongo());
  return { store: createMongoMessageStore({ db: client.db(), generation: () => 1 }), close: () => client.close() };
}

const indexes = (rows: readonly MessageRow[]): number[] => rows.map((row) => row.message_index);

describe.each([
  ['Postgres', openPostgres],
  ['MongoDB', openMongo],
])('message store in %s', (_name, open) => {
  let opened: Opened;
  let store: MessageStore;
  beforeAll(async () => {
    opened = await open();
    store = opened.store;
    await store.prepare();
  });
  afterAll(() => opened.close());

  describe('writing', () => {
    it('keeps every column as given', async () => {
      const row = messageRow({
        tenant_id: tenant,
        thread_id: 'columns',
        mentions: ['a', 'b,"c"\\'],
        metadata: 'v1.meta',
        attachments: 'v1.files',
        reply_to: 'm-0',
        client_message_id: 'tmp-1',
        edit: 2,
        pinned: true,
        reactions: [{ emoji: '👍', user_ids: ['a', 'b'] }],
        deleted_at: null,
      });
      await store.apply([row]);
      expect(await store.byId(tenant, row.message_id)).toEqual(row);
      expect(await store.byKeys([row])).toEqual([row]);
    });

    it('gives texts alone, of tombstones too, and leaves out what is not there', async () => {
      const place = { tenant_id: tenant, thread_id: 'texts' };
      const written = messageRow({ ...place, message_index: 1, content: 'v1.text' });
      const gone = messageRow({ ...place, message_index: 2, content: null, deleted_at: written.created_at });
      await store.apply([written, gone, messageRow({ ...place, tenant_id: tenantId('elsewhere'), message_index: 3 })]);
      const places = [3, 2, 1].map((message_index) => ({ thread_id: 'texts', message_index }));
      const found = await store.textsOf(tenant, places);
      expect(found.sort((one, other) => one.message_index - other.message_index)).toEqual([
        { ...place, message_index: 1, content: 'v1.text', deleted_at: null },
        { ...place, message_index: 2, content: null, deleted_at: written.created_at },
      ]);
      await expect(store.textsOf(tenant, [])).resolves.toEqual([]);
    });

    it('lets the highest version stand, whatever the order and number of deliveries', async () => {
      const first = messageRow({ tenant_id: tenant, thread_id: 'guarded' });
      const second = { ...first, version: first.version + 1, content: 'v1.second', edit: 1 };
      const third = { ...first, version: first.version + 2, content: null, deleted_at: first.created_at };
      for (const rows of [[first], [third], [second], [first], [third]]) await store.apply(rows);
      expect(await store.byId(tenant, first.message_id)).toEqual(third);
    });

    it('writes new, changed and stale rows of many threads in one batch', async () => {
      const stale = messageRow({ tenant_id: tenant, thread_id: 'mixed-1', version: 5, created_version: 1 });
      const changed = messageRow({ tenant_id: tenant, thread_id: 'mixed-2' });
      await store.apply([stale, changed]);
      const batch = [
        { ...stale, version: 4, content: 'v1.stale' },
        { ...changed, version: 9, content: 'v1.changed' },
        messageRow({ tenant_id: tenant, thread_id: 'mixed-3', version: 3, created_version: 1 }),
      ];
      await store.apply(batch);
      const found = await store.byKeys(batch);
      expect(found.map((row) => row.content).sort()).toEqual([stale.content, 'v1.changed', batch[2]?.content].sort());
    });

    it('takes columns away and leaves the version, so that what comes first can still be written', async () => {
      if (!store.take) return expect(store.kind).toBe('postgres');
      const row = messageRow({
        tenant_id: tenant,
        thread_id: 'taken',
        version: 3,
        created_version: 3,
        content: 'v1.text',
      });
      await store.apply([row]);
      await store.take(row, 3, { content: null });
      expect(await store.byKeys([row])).toEqual([row]);
      await store.take(row, 4, { content: null, deleted_at: 'now' });
      expect(await store.byKeys([row])).toEqual([{ ...row, content: null, deleted_at: 'now' }]);
      await store.take({ ...row, message_index: 99 }, 4, { content: null });
      expect(await store.byKeys([{ ...row, message_index: 99 }])).toEqual([]);
      await store.apply([{ ...row, version: 4 }]);
      expect(await store.byKeys([row])).toEqual([{ ...row, version: 4 }]);
    });

    it('undoes writes, but none that was written over since', async () => {
      if (!store.restore) return expect(store.kind).toBe('postgres');
      const at = (message_index: number, version: number) =>
        messageRow({ tenant_id: tenant, thread_id: 'undone', message_index, version, created_version: 1 });
      await store.apply([at(1, 1), at(3, 1)]);
      await store.apply([at(1, 5), at(2, 5), at(3, 5)]);
      await store.apply([at(3, 6)]);
      await store.restore([
        { written: at(1, 5), before: at(1, 1) },
        { written: at(2, 5), before: null },
        { written: at(3, 5), before: at(3, 1) },
      ]);
      const found = await store.byKeys([at(1, 1), at(2, 1), at(3, 1)]);
      expect(found.map(({ message_index, version }) => [message_index, version]).sort()).toEqual([
        [1, 1],
        [3, 6],
      ]);
    });

    it('takes an empty batch', async () => {
      await expect(store.apply([])).resolves.toBeUndefined();
      await expect(store.byKeys([])).resolves.toEqual([]);
    });
  });

  it('finds pinned messages, newest first, within their bounds', async () => {
    const rows = [1, 2, 3, 4, 5].map((message_index) =>
      messageRow({ tenant_id: tenant, thread_id: 'pins', message_index, pinned: message_index !== 3 }),
    );
    await store.apply([...rows, messageRow({ tenant_id: other, thread_id: 'pins', pinned: true })]);
    const pinned = async (options: { before?: number; visibleFrom?: number; limit: number }) =>
      indexes(await store.pinned(tenant, 'pins', options));
    expect(await pinned({ limit: 3 })).toEqual([5, 4, 2]);
    expect(await pinned({ limit: 3, before: 2 })).toEqual([1]);
    expect(await pinned({ limit: 9, visibleFrom: 2, before: 5 })).toEqual([4, 2]);
    expect((await store.pinned(tenant, 'pins', { limit: 1 }))[0]).toEqual(rows[4]);
  });

  const former = (thread_id: string, message_index: number, given: Partial<MessageEditRow> = {}): MessageEditRow => ({
    ...{ tenant_id: tenant, thread_id, message_index, slot: 0, edit: 0, sender_id: 'ada' },
    ...{ content: 'v1.old', edited_at: '2026-01-01T00:00:00.000001Z', version: 2 },
    ...given,
  });

  describe('former texts', () => {
    const place = { tenant_id: tenant, thread_id: 'edited', message_index: 7, edit: 1_000 };
    const rows = Array.from({ length: 5 }, (_, slot) =>
      former('edited', 7, { slot, edit: slot + 100, content: `v1.${slot}`, version: 10 + slot }),
    );
    const edits = async (given: Partial<EditPageOptions> = {}) =>
      (await store.editsOf(place, { limit: 100, ...given })).map(({ edit }) => edit);

    beforeAll(async () => {
      await store.applyEdits([]);
      await store.applyEdits(rows.toReversed());
      await store.applyEdits([
        former('edited', 70),
        former('edited', 6),
        former('edited~sub', 7),
        { ...former('edited', 7), tenant_id: other },
      ]);
    });

    it('are given a page at a time, oldest first, of one message alone', async () => {
      expect(await store.editsOf(place, { limit: 100 })).toEqual(rows);
      expect(await edits({ limit: 2 })).toEqual([100, 101]);
      expect(await edits({ after: 101, limit: 2 })).toEqual([102, 103]);
      expect(await edits({ after: 104 })).toEqual([]);
      // Made by an edit that the message itself does not have yet.
      expect((await store.editsOf({ ...place, edit: 103 }, { limit: 9 })).map(({ edit }) => edit)).toEqual([
        100, 101, 102,
      ]);
      expect(await store.editsOf({ ...place, message_index: 8 }, { limit: 1 })).toEqual([]);
      const neighbours = [
        { ...place, message_index: 70, edit: 1 },
        { ...place, message_index: 8 },
      ];
      const each = await store.editsOfEach(tenant, [place, ...neighbours]);
      expect(each.filter(({ message_index }) => message_index === 7)).toEqual(rows);
      expect(each.filter(({ message_index }) => message_index !== 7)).toMatchObject([{ message_index: 70, edit: 0 }]);
      const early = await store.editsOfEach(tenant, [{ ...place, edit: 103 }]);
      expect(early.map(({ edit }) => edit)).toEqual([100, 101, 102]);
      expect(await store.editsOfEach(tenantId('elsewhere'), [place])).toEqual([]);
      expect(await store.editsOfEach(tenant, [])).toEqual([]);
      expect(await store.editsOf({ ...place, tenant_id: tenantId('elsewhere') }, { limit: 1 })).toEqual([]);
    });

    it('stay as they are when an older state comes, and go when they are taken away', async () => {
      await store.applyEdits([{ ...rows[1]!, content: 'v1.stale', version: 11 }]);
      await store.applyEdits([{ ...rows[1]!, content: 'v1.staler', version: 3 }]);
      expect(await store.editsOf(place, { limit: 100 })).toEqual(rows);
      await store.applyEdits([{ ...rows[0]!, edit: 200, content: 'v1.newer', version: 20 }]);
      expect(await edits()).toEqual([101, 102, 103, 104, 200]);
      await store.applyEdits(rows.map((row) => ({ ...row, content: null, version: 30 })));
      expect(await edits()).toEqual([]);
      await store.applyEdits(rows);
      expect(await edits()).toEqual([]);
      expect((await store.countText(tenant, { threadIds: ['edited'] })).withText).toBe(2);
    });

    it('go with the text of a message that is taken away before its turn', async () => {
      if (!store.take) return expect(store.kind).toBe('postgres');
      const taken = { tenant_id: tenant, thread_id: 'taken-edits', message_index: 1, edit: 3 };
      await store.applyEdits([
        former('taken-edits', 1, { version: 5 }),
        former('taken-edits', 1, { slot: 1, edit: 1, version: 6 }),
        former('taken-edits', 1, { slot: 2, edit: 2, version: 7 }),
        former('taken-edits', 2),
      ]);
      await store.take(taken, 7, { pinned: false });
      expect(await store.editsOf(taken, { limit: 9 })).toHaveLength(3);
      await store.take(taken, 7, { content: null });
      expect((await store.editsOf(taken, { limit: 9 })).map(({ edit }) => edit)).toEqual([2]);
      expect(await store.editsOf({ ...taken, message_index: 2 }, { limit: 9 })).toHaveLength(1);
    });

    it('are all there in a dump, in the order of their keys', async () => {
      const all = [];
      for await (const row of store.allEdits()) if (row.thread_id === 'edited') all.push(row);
      const slots = all.map(({ tenant_id, message_index, slot }) => `${tenant_id} ${message_index} ${slot}`);
      expect(slots).toEqual(
        [...[0, 1, 2, 3, 4].map((slot) => `acme 7 ${slot}`)]
          .flatMap((key, at) => (at === 0 ? ['acme 6 0', key] : [key]))
          .concat('acme 70 0', 'other 7 0'),
      );
    });
  });

  it('counts messages and those that hold text of any kind, by author and by thread', async () => {
    const at = (thread_id: string, message_index: number, given: Partial<MessageRow> = {}) =>
      messageRow({ tenant_id: tenant, thread_id, message_index, sender_id: 'counted', content: null, ...given });
    await store.apply([
      at('count-1', 1, { content: 'v1.text' }),
      at('count-1', 2, { metadata: 'v1.meta' }),
      at('count-1', 3, { attachments: 'v1.files' }),
      at('count-1', 4, { edit: 2 }),
      at('count-1', 5, { edit: 1 }),
      at('count-2', 1),
      at('count-2', 2, { sender_id: 'somebody', content: 'v1.text' }),
      { ...at('count-2', 3, { content: 'v1.text' }), tenant_id: other },
    ]);
    const sender_id = 'counted';
    await store.applyEdits([
      former('count-1', 4, { sender_id }),
      former('count-1', 4, { sender_id, slot: 1, edit: 1 }),
      former('count-1', 5, { sender_id, content: null }),
      former('count-2', 2, { sender_id: 'somebody' }),
      { ...former('count-1', 4, { sender_id }), tenant_id: other },
    ]);
    expect(await store.countText(tenant, { senderId: 'counted' })).toEqual({ messages: 6, withText: 5 });
    expect(await store.countText(tenant, { threadIds: ['count-2'] })).toEqual({ messages: 2, withText: 2 });
    expect(await store.countText(tenant, { senderId: 'counted', threadIds: ['count-2', 'count-9'] })).toEqual({
      messages: 1,
      withText: 0,
    });
    expect(await store.countText(tenant, { threadIds: [] })).toEqual({ messages: 0, withText: 0 });
  });

  describe('reading', () => {
    const rows = Array.from({ length: 12 }, (_, at) =>
      messageRow({
        tenant_id: tenant,
        thread_id: thread,
        message_index: at + 1,
        version: at === 3 ? 40 : at + 2,
        created_version: at + 2,
        deleted_at: at === 11 ? '2026-01-01T00:00:09.000000Z' : null,
      }),
    );
    const neighbours = [
      messageRow({ tenant_id: tenant, thread_id: 'thread-10', message_index: 7 }),
      messageRow({ tenant_id: tenant, thread_id: 'thread-', message_index: 7 }),
      messageRow({ tenant_id: other, thread_id: thread, message_index: 7 }),
    ];
    beforeAll(() => store.apply([...rows, ...neighbours]));

    it('pages newest first and oldest first, before and after an index', async () => {
      const page = async (options: Partial<Parameters<MessageStore['page']>[2]>) =>
        indexes(await store.page(tenant, thread, { limit: 3, order: 'desc', ...options }));
      expect(await page({})).toEqual([11, 10, 9]);
      expect(await page({ before: 9 })).toEqual([8, 7, 6]);
      expect(await page({ order: 'asc' })).toEqual([1, 2, 3]);
      expect(await page({ order: 'asc', after: 3 })).toEqual([4, 5, 6]);
      expect(await page({ after: 3, before: 6 })).toEqual([5, 4]);
      expect(await page({ before: 1 })).toEqual([]);
    });

    it('shows tombstones only when asked, and nothing before the viewer came', async () => {
      const all = await store.page(tenant, thread, { limit: 2, order: 'desc', includeDeleted: true });
      expect(indexes(all)).toEqual([12, 11]);
      const visible = await store.page(tenant, thread, { limit: 9, order: 'asc', visibleFrom: 10 });
      expect(indexes(visible)).toEqual([10, 11]);
      const paged = await store.page(tenant, thread, { limit: 9, order: 'asc', visibleFrom: 10, after: 10 });
      expect(indexes(paged)).toEqual([11]);
    });

    it('finds by id within the tenant only', async () => {
      const wanted = [rows[0], rows[1]] as [MessageRow, MessageRow];
      const ids = wanted.map((row) => row.message_id);
      const found = await store.byIds(tenant, [...ids, 'missing']);
      expect(found.map((row) => row.message_id).sort()).toEqual([...ids].sort());
      expect(await store.byIds(other, ids)).toEqual([]);
      expect(await store.byIds(tenant, [])).toEqual([]);
      expect(await store.byId(other, wanted[0].message_id)).toBeNull();
    });

    it('tells what changed since a version, oldest change first, tombstones too', async () => {
      expect(indexes(await store.changedSince(tenant, thread, 11, 10))).toEqual([11, 12, 4]);
      expect(indexes(await store.changedSince(tenant, thread, 11, 2))).toEqual([11, 12]);
      expect(await store.changedSince(tenant, thread, 40, 10)).toEqual([]);
    });

    it('gives the newest message of each thread that is not deleted', async () => {
      const last = await store.lastOf(tenant, [thread, 'thread-10', 'empty']);
      expect(new Map(last.map((row) => [row.thread_id, row.message_index]))).toEqual(
        new Map([
          [thread, 11],
          ['thread-10', 7],
        ]),
      );
      expect(await store.lastOf(tenant, [])).toEqual([]);
    });

    it('walks everything once, in a fixed order', async () => {
      const walk = async (): Promise<string[]> => {
        const seen: string[] = [];
        for await (const row of store.all()) seen.push(row.message_id);
        return seen;
      };
      const seen = await walk();
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(await walk());
      expect(seen).toEqual(expect.arrayContaining([...rows, ...neighbours].map((row) => row.message_id)));
    });
  });
});

describe('logs of privacy requests in MongoDB', () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openMongo();
    await opened.store.prepare();
  });
  afterAll(() => opened.close());

  it('hold whole rows, of which the highest version stands, and go with the generation', async () => {
    const logs = opened.store.privacyLogs!;
    const row = deletionRow({ request_id: 'r-1', version: 1 });
    const done = {
      ...row,
      version: 4,
      status: 'completed' as const,
      receipt: { stores: [{ store: 'x', remaining: 0 }] },
    };
    const neighbour = deletionRow({ request_id: 'r-2', version: 2 });
    for (const rows of [[row], [done, neighbour], [row], [], [done]]) await logs.apply('chat_deletion_logs', rows);
    const all = async () => {
      const found = [];
      for await (const each of logs.all('chat_deletion_logs')) found.push(each);
      return found;
    };
    expect(await all()).toEqual([done, neighbour]);
    for await (const each of logs.all('chat_export_logs')) throw new Error(`not exported: ${each.request_id}`);
    await opened.store.drop();
    expect(await all()).toEqual([]);
  });
});
