import { tenantId, type TenantId } from '@threadlog/events';
import { createLocalMasterKey, createMemoryKeyStore, createSealing, type KeyStore } from '@threadlog/sealing';
import { onBehalfOf, presentBehalf } from '@threadlog/service';
import { randomBytes } from 'node:crypto';
import { onTenantsBehalf } from './onTenantsBehalf';

const [loud, quiet] = [tenantId('loud-school'), tenantId('quiet-school')];

/** A key store that notes for whom it was asked about whom. */
function noting() {
  const store = createMemoryKeyStore();
  const asked: { about: TenantId; as: string | undefined }[] = [];
  const noted = Object.entries(store).map(([name, ask]: [string, (...args: never[]) => unknown]) => [
    name,
    (...args: never[]) => {
      if (typeof args[0] === 'string') asked.push({ about: args[0], as: presentBehalf()?.tenantId });
      return ask(...args);
    },
  ]);
  return { store: Object.fromEntries(noted) as unknown as KeyStore, asked };
}

function sealingOn(store: KeyStore) {
  return createSealing({ keyStore: onTenantsBehalf(store), masterKey: createLocalMasterKey(randomBytes(32)) });
}

test('keys that two tenants ask for in one turn are each asked for on behalf of its own', async () => {
  const { store, asked } = noting();
  const sealing = sealingOn(store);
  await Promise.all(
    [loud, quiet].map((each) => onBehalfOf({ tenantId: each, surface: 'http' }, () => sealing.prepareTenant(each))),
  );
  expect(new Set(asked.map(({ about }) => about))).toEqual(new Set([loud, quiet]));
  expect(asked.filter(({ about, as }) => about !== as)).toEqual([]);
});

test('what the process asks for itself is asked on nobody’s behalf', async () => {
  const { store, asked } = noting();
  await sealingOn(store).prepareTenant(quiet);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter(({ as }) => as !== undefined)).toEqual([]);
});

test('all questions about a tenant are among those', async () => {
  const { store, asked } = noting();
  const keys = onTenantsBehalf(store);
  const target = { kind: 'subject', id: 'ada' } as const;
  await onBehalfOf({ tenantId: loud, surface: 'http' }, async () => {
    await keys.newest(quiet, []);
    await keys.byIds(quiet, []);
    await keys.insert(quiet, []);
    await keys.of(quiet, target);
    await keys.close(quiet, target);
    await keys.destroy(quiet, target);
    await keys.monthsBefore(quiet, { before: '2026-01', after: null, limit: 1 });
  });
  expect(asked.map(({ as }) => as)).toEqual(Array.from({ length: asked.length }, () => quiet));
  expect(asked.length).toBeGreaterThanOrEqual(7);
});
