import { createDatabase, type Database } from '@threadlog/read-models';
import { migrateKeyStore } from '@threadlog/sealing';
import { cleanupAfterAll, testStack } from '@threadlog/testing';
import { assertKeyStoreHome, KeyStoreMovedError } from './keyStoreHome';

const stack = testStack();
const cleanups = cleanupAfterAll();
const urls = [stack.freshDatabase(), stack.freshDatabase()];
let [own, former]: Database[] = [];
beforeAll(async () => {
  [own, former] = (await Promise.all(urls)).map((url) => createDatabase({ url, max: 2, applicationName: 'test' }));
  for (const database of [own!, former!]) cleanups.add(() => database.end());
});

const key = (id: string) => `insert into keystore.keys
  (key_id, tenant_id, kind, entity_id, month, generation, wrapped, master_version, state)
  values (gen_random_uuid(), 'acme', 'subject', '${id}', '', 1, 'x', 'v', 'open')`;

test('an empty key store is begun only where the former one has no keys', async () => {
  await expect(assertKeyStoreHome(own!, former!)).resolves.toBeUndefined();
  await migrateKeyStore(former!);
  await expect(assertKeyStoreHome(own!, former!)).resolves.toBeUndefined();
  await former!.query(key('ada'));
  await expect(assertKeyStoreHome(own!, former!)).rejects.toBeInstanceOf(KeyStoreMovedError);
  await migrateKeyStore(own!);
  await expect(assertKeyStoreHome(own!, former!)).rejects.toThrow('copy it first');
  await own!.query(key('ada'));
  await expect(assertKeyStoreHome(own!, former!)).resolves.toBeUndefined();
});
