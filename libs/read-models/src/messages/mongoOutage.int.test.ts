import { tenantId } from '@threadlog/events';
import { cleanupAfterAll, tcpProxy, testStack } from '@threadlog/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { createMongo } from '../mongoClient';
import { messageRow } from '../testing/rows';
import { createMongoMessageStore } from './mongo';

const stack = testStack();
const cleanups = cleanupAfterAll();
const tenant = tenantId('acme');

test('what was written while the connection broke is reported, never taken for written', async () => {
  const url = new URL(stack.freshMongo());
  const proxy = await tcpProxy({ target: { host: url.hostname, port: Number(url.port) } });
  cleanups.add(() => proxy.close());
  url.host = `${proxy.host}:${proxy.port}`;
  const client = createMongo(url.href);
  cleanups.add(() => client.close());
  const store = createMongoMessageStore({ db: client.db(), generation: () => 1 });
  await store.prepare();

  const row = (index: number, version = index) =>
    messageRow({ tenant_id: tenant, thread_id: 'away', message_index: index, version, created_version: index });
  const standing = row(1);
  await store.apply([standing]);
  const fresh = [row(2), row(3)];
  const changed = [row(1, 9), row(4, 8)];
  const write = { written: standing, before: null };

  proxy.freeze(true);
  const writes = Promise.allSettled([store.apply(fresh), store.apply(changed), store.restore!([write])]);
  await delay(100);
  // The driver tries once more by itself, so nobody may be there then either.
  proxy.refuse(true);
  proxy.cut();
  expect((await writes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);

  proxy.freeze(false);
  proxy.refuse(false);
  await store.apply([...fresh, ...changed]);
  const { length } = await store.page(tenant, 'away', { limit: 10, order: 'asc' });
  expect(length).toBe(4);
});
