import { cleanupAfterAll } from '@threadlog/testing';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createDirectoryStore } from './directory';
import { exportStoreContract } from './contract/exportStore';

jest.setTimeout(60_000);

describe('a directory of export files', () => {
  const cleanups = cleanupAfterAll();
  const folder = mkdtempSync(join(tmpdir(), 'threadlog-exports-'));
  cleanups.add(() => rmSync(folder, { recursive: true }));
  const directory = join(folder, 'exports');
  const store = createDirectoryStore(directory);

  exportStoreContract(() => ({
    store,
    async leaveUnfinished(name) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(`${join(directory, name)}.part`, 'half');
    },
  }));

  test('lets nobody else read them', async () => {
    await store.put('acme/private.zip', Readable.from([Buffer.from('x')]));
    expect(statSync(join(directory, 'acme/private.zip')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'acme')).mode & 0o777).toBe(0o700);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('follows no link out of the directory', async () => {
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync(join(folder, 'secret'), join(directory, 'acme/link.zip'));
    await expect(store.get('acme/link.zip')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('shows a file only when it is whole', async () => {
    const started = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    async function* slowly() {
      yield Buffer.from('first');
      started.resolve();
      await goOn.promise;
      yield Buffer.from('second');
    }
    const kept = store.put('acme/slow.zip', Readable.from(slowly(), { objectMode: false }));
    await started.promise;
    await expect(store.get('acme/slow.zip')).rejects.toMatchObject({ code: 'not_found' });
    goOn.resolve();
    await kept;
    expect(readdirSync(join(directory, 'acme')).filter((name) => name.startsWith('slow'))).toEqual(['slow.zip']);
  });

  test('says what is wrong with the directory, without telling names', async () => {
    writeFileSync(join(folder, 'file'), '');
    const broken = createDirectoryStore(join(folder, 'file'));
    const put = broken.put('acme/a.zip', Readable.from([Buffer.from('x')]));
    await expect(put).rejects.toMatchObject({ name: 'ExportStoreError', code: 'unavailable' });
    await expect(put).rejects.not.toThrow(/acme/);
  });
});
