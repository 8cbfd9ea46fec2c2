import { tenantId } from '@threadlog/events';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { objectName, tenantPrefix } from '../names';
import type { ExportStore, StoredObject } from '../port';

export interface StoreUnderTest {
  store: ExportStore;
  /** Leaves what a writer that was killed in the middle would. */
  leaveUnfinished(name: string): Promise<void>;
}

const MB = 1024 * 1024;

/** What a list shows, by name. */
export async function all(objects: AsyncIterable<StoredObject>): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  for await (const object of objects) found.push(object);
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** What every store of export files must do; each test works in a tenant of its own. */
export function exportStoreContract(open: () => StoreUnderTest): void {
  const tenant = () => tenantId(`t-${randomUUID()}`);
  const newName = () => objectName(tenant(), randomUUID());
  const bytesOf = async (store: ExportStore, name: string) => {
    const { body, bytes } = await store.get(name);
    const content = await buffer(body);
    expect(content.length).toBe(bytes);
    return content;
  };

  test.each([0, 1, 200_000, 40 * MB + 3])('gives %d bytes back as they came', async (size) => {
    const { store } = open();
    const name = newName();
    const hash = createHash('sha256');
    const piece = randomBytes(64 * 1024);
    function* pieces() {
      for (let left = size; left > 0; left -= piece.length) {
        const part = piece.subarray(0, Math.min(left, piece.length));
        hash.update(part);
        yield part;
      }
    }
    await store.put(name, Readable.from(pieces(), { objectMode: false }));
    const content = await bytesOf(store, name);
    expect(content.length).toBe(size);
    expect(createHash('sha256').update(content).digest('hex')).toBe(hash.digest('hex'));
    await store.delete(name);
  });

  test('replaces what was there', async () => {
    const { store } = open();
    const name = newName();
    await store.put(name, Readable.from([Buffer.from('first, and longer')]));
    await store.put(name, Readable.from([Buffer.from('second')]));
    expect((await bytesOf(store, name)).toString()).toBe('second');
  });

  test.each([10, 40 * MB])('keeps nothing of a stream that fails after %d bytes, and says why', async (size) => {
    const { store } = open();
    const own = tenant();
    const name = objectName(own, 'failing');
    const fault = new Error('the source is gone');
    async function* pieces() {
      for (let sent = 0; sent < size; sent += MB) yield Buffer.alloc(Math.min(MB, size));
      throw fault;
    }
    await expect(store.put(name, Readable.from(pieces(), { objectMode: false }))).rejects.toBe(fault);
    await expect(store.get(name)).rejects.toMatchObject({ code: 'not_found' });
    expect(await all(store.list(tenantPrefix(own)))).toEqual([]);
  });

  test('keeps nothing when it is told to stop', async () => {
    const { store } = open();
    const own = tenant();
    const name = objectName(own, 'stopped');
    const stop = new AbortController();
    const endless = new PassThrough();
    const kept = store.put(name, endless, stop.signal);
    kept.catch(() => undefined);
    await new Promise((resolve) => endless.write(Buffer.alloc(MB), resolve));
    stop.abort(new Error('stop'));
    await expect(kept).rejects.toThrow();
    expect(endless.destroyed).toBe(true);
    expect(await all(store.list(tenantPrefix(own)))).toEqual([]);
  });

  test('knows nothing of what was never kept, and deletes it all the same', async () => {
    const { store } = open();
    const name = newName();
    await expect(store.get(name)).rejects.toMatchObject({ name: 'ExportStoreError', code: 'not_found' });
    await store.delete(name);
    await store.put(name, Readable.from([Buffer.from('there')]));
    await store.delete(name);
    await expect(store.get(name)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('lists what begins with a prefix, unfinished ones too, and deletes those', async () => {
    const { store, leaveUnfinished } = open();
    const own = tenant();
    const [one, two, half] = [objectName(own, 'one'), objectName(own, 'two'), objectName(own, 'half')];
    for (const name of [one, two, newName()]) await store.put(name, Readable.from([Buffer.from('x')]));
    await leaveUnfinished(half);
    const expected = [
      { name: one, unfinished: false },
      { name: two, unfinished: false },
      { name: half, unfinished: true },
    ].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(await all(store.list(tenantPrefix(own)))).toEqual(expected);
    expect(await all(store.list(`${tenantPrefix(own)}one`))).toEqual([{ name: one, unfinished: false }]);
    const everything = (await all(store.list(''))).map(({ name }) => name);
    expect(everything).toEqual(expect.arrayContaining([one, two, half]));
    for (const name of [one, two, half]) await store.delete(name);
    expect(await all(store.list(tenantPrefix(own)))).toEqual([]);
  });

  test.each([
    '../escape.zip',
    '../../etc/passwd',
    '/etc/passwd',
    'a/../b.zip',
    'a/b/c.zip',
    './a.zip',
    'a/.hidden',
    'a/b\0.zip',
    'a',
    '',
    'a/file.part',
    'a\\b/c.zip',
  ])('refuses the name %j', async (name) => {
    const { store } = open();
    const refused = { name: 'ExportStoreError', code: 'invalid_name' };
    await expect(store.put(name, Readable.from([]))).rejects.toMatchObject(refused);
    await expect(store.get(name)).rejects.toMatchObject(refused);
    await expect(store.delete(name)).rejects.toMatchObject(refused);
  });

  test.each(['..', '.', '.hidden', 'a|b', 'A@b.c+d'])('has a place for the tenant %j', async (id) => {
    const { store } = open();
    const name = objectName(tenantId(id), 'request');
    await store.put(name, Readable.from([Buffer.from(id)]));
    expect((await bytesOf(store, name)).toString()).toBe(id);
    expect(await all(store.list(tenantPrefix(tenantId(id))))).toEqual([{ name, unfinished: false }]);
    await store.delete(name);
  });
}
