import { freshTenant, month, newKey, subject, thread, type KeyStorePair } from './keyStore.testing';
import type { ListedKey, NewKey } from './keyStore';

/** The part of the contract about keys that are named by their ids, and about versions of the master key. */
export function keyStoreListingContract(pair: () => KeyStorePair): void {
  listing(pair);
  looking(pair);
}

function listed(tenantId: ListedKey['tenantId'], { wrapped: _, ...key }: NewKey): ListedKey {
  return { ...key, tenantId };
}

function listing(pair: () => KeyStorePair): void {
  test('given keys, when some are destroyed by their ids, then exactly those are gone, and again changes nothing', async () => {
    const { store, other } = pair();
    const [tenant, bystander] = [freshTenant(), freshTenant()];
    const [a, b, theirs] = [newKey(subject('a')), newKey(month('t', '2026-11')), newKey(subject('a'))];
    await store.insert(tenant, [a, b, newKey(subject('c'))]);
    await store.insert(bystander, [theirs]);
    await store.close(tenant, { kind: 'subject', id: 'a' });

    const keys = [listed(tenant, a), listed(tenant, b)];
    expect(await store.destroyListed(keys)).toBe(2);
    const once = await store.byIds(tenant, [a.keyId, b.keyId]);
    expect(once.map(({ state, wrapped }) => [state, wrapped])).toEqual([
      ['destroyed', null],
      ['destroyed', null],
    ]);
    expect(await other.destroyListed(keys)).toBe(0);
    expect(await store.byIds(tenant, [a.keyId, b.keyId])).toEqual(once);
    expect(await store.newest(tenant, [subject('c')])).toMatchObject([{ state: 'open' }]);
    expect(await store.byIds(bystander, [theirs.keyId])).toMatchObject([{ state: 'open' }]);
    // A tenant's list does not reach into another tenant.
    expect(await store.destroyListed([listed(tenant, theirs)])).toBe(0);
    expect(await store.byIds(bystander, [theirs.keyId])).toMatchObject([{ state: 'open' }]);
  });

  test('given a listed key that the store does not know, when destroyed, then no key can be made in its place', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    const lost = listed(tenant, newKey(subject('a')));
    expect(await store.destroyListed([lost])).toBe(1);
    await store.insert(tenant, [newKey(subject('a'))]);
    expect(await store.newest(tenant, [subject('a')])).toMatchObject([
      { keyId: lost.keyId, state: 'destroyed', wrapped: null, masterVersion: 'one' },
    ]);
    expect(await store.destroyListed([lost])).toBe(0);
  });

  test('given a subject that was readmitted, when its first key is destroyed by its id, then the second stays', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    const [first, second] = [newKey(subject('a')), newKey(subject('a'), 2)];
    await store.insert(tenant, [first]);
    await store.destroy(tenant, { kind: 'subject', id: 'a' });
    await store.insert(tenant, [second]);
    expect(await store.destroyListed([listed(tenant, first)])).toBe(0);
    expect(await store.newest(tenant, [subject('a')])).toMatchObject([{ keyId: second.keyId, state: 'open' }]);
  });
}

function looking(pair: () => KeyStorePair): void {
  test('given processes that replay the same list at once, when they are done, then every key is destroyed', async () => {
    const { store, other } = pair();
    const tenant = freshTenant();
    const keys = Array.from({ length: 200 }, (_, index) => newKey(subject(`s-${index}`)));
    await store.insert(tenant, keys.slice(0, 100));
    const list = keys.map((key) => listed(tenant, key));
    const counts = await Promise.all([store, other, store, other].map((one) => one.destroyListed(list)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(200);
    const found = await store.byIds(
      tenant,
      keys.map(({ keyId }) => keyId),
    );
    expect(found.filter(({ state, wrapped }) => state === 'destroyed' && wrapped === null)).toHaveLength(200);
  });

  test('given keys of a target, when looked at, then they are all there and none is made', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    await store.insert(tenant, [newKey(thread('t')), newKey(month('t', '2026-11')), newKey(thread('u'))]);
    expect((await store.of(tenant, { kind: 'thread', id: 't' })).map(({ kind }) => kind).sort()).toEqual([
      'thread',
      'thread_month',
    ]);
    expect(await store.of(tenant, { kind: 'subject', id: 'nobody' })).toEqual([]);
    expect(await store.newest(tenant, [subject('nobody')])).toEqual([]);
  });

  test('given versions of the master key, when asked, then each has its first use and its keys', async () => {
    const { store, other } = pair();
    const tenant = freshTenant();
    const [used, unused] = [`used ${tenant}`, `unused ${tenant}`];
    await store.insert(tenant, [{ ...newKey(subject('a')), masterVersion: used }]);
    const [key] = await store.newest(tenant, [subject('a')]);
    await Promise.all([store, other].flatMap((one) => [one.sawMasterKey(used), one.sawMasterKey(unused)]));
    const known = new Map((await other.masterKeys()).map((record) => [record.version, record]));
    // It wrapped a key before anybody remembered it.
    expect(known.get(used)).toEqual({ version: used, firstSeenAt: key!.createdAt, wrapped: 1 });
    expect(known.get(unused)).toMatchObject({ wrapped: 0 });
    await store.destroy(tenant, { kind: 'subject', id: 'a' });
    await store.sawMasterKey(used);
    const later = (await store.masterKeys()).find(({ version }) => version === used);
    expect(later).toEqual({ version: used, firstSeenAt: key!.createdAt, wrapped: 0 });
  });
}
