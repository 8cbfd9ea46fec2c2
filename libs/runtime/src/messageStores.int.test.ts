import type { TenantId } from '@threadlog/events';
import { onBehalfOf } from '@threadlog/service';
import { cleanupAfterAll, tcpProxy, testStack } from '@threadlog/testing';
import { createMessageStores } from './messageStores';

const stack = testStack();
const cleanups = cleanupAfterAll();
const ACME = 'acme' as TenantId;

test('a MongoDB that swallows what it is sent is given up in time by whoever asks for a tenant', async () => {
  const url = new URL(stack.freshMongo());
  const proxy = await tcpProxy({ target: { host: url.hostname, port: Number(url.port) } });
  cleanups.add(() => proxy.close());
  url.host = `${proxy.host}:${proxy.port}`;
  const stores = createMessageStores(await stack.freshPool(), url.href, 200);
  cleanups.add(() => stores.close());
  const store = stores.of(1);
  const read = () => onBehalfOf({ tenantId: ACME, surface: 'http' }, () => store.byId(ACME, 'none'));
  expect(await read()).toBeNull();

  proxy.freeze(true);
  await expect(read()).rejects.toMatchObject({ problem: { code: 'unavailable' } });
  const patient = store.byId(ACME, 'none');
  await expect(read()).rejects.toMatchObject({ problem: { code: 'unavailable' } });
  proxy.freeze(false);
  expect(await patient).toBeNull();
  expect(await read()).toBeNull();
});
