import { randomBytes } from 'node:crypto';
import type { KeyName, KeyTarget, NewKey } from './keyStore';
import { keyStoreListingContract } from './keyStoreListing.contract';
import { monthsContract } from './months.contract';
import { freshTenant, month, newKey, subject, tenantKey, thread, type KeyStorePair } from './keyStore.testing';

/** What every key store must do; each test works in a tenant of its own. */
export function keyStoreContract(pair: () => KeyStorePair): void {
  storing(pair);
  making(pair);
  ending(pair);
  endingBelow(pair);
  keyStoreListingContract(pair);
  rewrapping(pair);
  monthsContract(pair);
}

function storing(pair: () => KeyStorePair): void {
  test('given stored keys, when asked by name or id, then they come back as they were', async () => {
    const { store, other } = pair();
    const tenant = freshTenant();
    const keys = [newKey(subject('a')), newKey(thread('t')), newKey(month('t', '2026-11'))];
    await store.insert(tenant, keys);

    const named = await other.newest(tenant, [subject('a'), month('t', '2026-11'), subject('nobody')]);
    const byId = await other.byIds(
      tenant,
      keys.map((key) => key.keyId),
    );

    expect(named.map((key) => key.keyId).sort()).toEqual([keys[0]!.keyId, keys[2]!.keyId].sort());
    for (const key of keys) {
      const found = byId.find(({ keyId }) => keyId === key.keyId);
      expect(found).toMatchObject({ ...key, tenantId: tenant, state: 'open', closedAt: null, destroyedAt: null });
    }
  });

  test("given another tenant's keys, when asked by name or id, then there are none", async () => {
    const { store } = pair();
    const key = newKey(subject('a'));
    await store.insert(freshTenant(), [key]);
    const stranger = freshTenant();
    expect(await store.newest(stranger, [subject('a')])).toEqual([]);
    expect(await store.byIds(stranger, [key.keyId])).toEqual([]);
  });
}

function making(pair: () => KeyStorePair): void {
  test('given many processes that make the same keys at once, when they are done, then all see the same ones', async () => {
    const { store, other } = pair();
    const tenant = freshTenant();
    const names = Array.from({ length: 8 }, (_, index) => subject(`s-${index}`));
    const rounds = Array.from({ length: 12 }, async (_, round) => {
      const mine = round % 2 ? store : other;
      const order = round % 3 ? names : [...names].reverse();
      await mine.insert(
        tenant,
        order.map((name) => newKey(name)),
      );
      return (await mine.newest(tenant, names)).map((key) => `${key.id} ${key.keyId}`).sort();
    });
    const seen = await Promise.all(rounds);
    expect(new Set(seen.map(String)).size).toBe(1);
    expect(seen[0]).toHaveLength(names.length);
  });

  test('given an open key, when another generation is inserted, then it is left out until that one has ended', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    const [first, second] = [newKey(subject('a')), newKey(subject('a'), 2)];
    await store.insert(tenant, [first]);
    await store.insert(tenant, [second]);
    expect((await store.newest(tenant, [subject('a')]))[0]).toMatchObject({ keyId: first.keyId });

    await store.destroy(tenant, { kind: 'subject', id: 'a' });
    await store.insert(tenant, [second]);
    expect((await store.newest(tenant, [subject('a')]))[0]).toMatchObject({ keyId: second.keyId, state: 'open' });
  });
}

function ending(pair: () => KeyStorePair): void {
  test('given a closed key, when read, then it is still there but no longer open, and no new one can be made', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    const key = newKey(subject('a'));
    await store.insert(tenant, [key]);

    const closed = await store.close(tenant, { kind: 'subject', id: 'a' });
    await store.insert(tenant, [newKey(subject('a'))]);

    expect(closed).toMatchObject([{ keyId: key.keyId, state: 'closed', closedAt: expect.any(Date) }]);
    expect(await store.newest(tenant, [subject('a')])).toMatchObject([{ keyId: key.keyId, wrapped: key.wrapped }]);
  });

  test('given a destroyed key, when read, then its row is there without the key, and destroying again changes nothing', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    const key = newKey(subject('a'));
    await store.insert(tenant, [key]);

    const once = await store.destroy(tenant, { kind: 'subject', id: 'a' });
    const twice = await store.destroy(tenant, { kind: 'subject', id: 'a' });

    expect(once).toMatchObject([{ keyId: key.keyId, state: 'destroyed', wrapped: null, masterVersion: 'one' }]);
    expect(once[0]?.destroyedAt).toBeInstanceOf(Date);
    expect(twice).toEqual(once);
    expect(await store.byIds(tenant, [key.keyId])).toEqual(once);
  });

  test('given a name that never had a key, when closed or destroyed, then none can be made later', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    await store.close(tenant, { kind: 'subject', id: 'closed' });
    await store.destroy(tenant, { kind: 'subject', id: 'destroyed' });
    await store.insert(tenant, [newKey(subject('closed')), newKey(subject('destroyed'))]);
    const states = (await store.newest(tenant, [subject('closed'), subject('destroyed')])).map((key) => key.state);
    expect(states.sort()).toEqual(['closed', 'destroyed']);
  });
}

function endingBelow(pair: () => KeyStorePair): void {
  const ends: [string, KeyTarget, KeyName[], KeyName[]][] = [
    [
      'a thread',
      { kind: 'thread', id: 't' },
      [thread('t'), month('t', '2026-10'), month('t', '2026-11')],
      [thread('u')],
    ],
    ['a month', { kind: 'thread_month', id: 't', month: '2026-10' }, [month('t', '2026-10')], [thread('t')]],
    ['a tenant', { kind: 'tenant' }, [tenantKey, subject('a'), thread('t')], []],
    ['a subject', { kind: 'subject', id: 't' }, [subject('t')], [thread('t'), month('t', '2026-10'), subject('a')]],
  ];
  test.each(ends)(
    'given keys, when %s is destroyed, then exactly what is below it goes',
    async (_, target, gone, kept) => {
      const { store } = pair();
      const tenant = freshTenant();
      const bystander = freshTenant();
      for (const owner of [tenant, bystander])
        await store.insert(
          owner,
          [...gone, ...kept].map((name) => newKey(name)),
        );

      const destroyed = await store.destroy(tenant, target);

      expect(destroyed).toHaveLength(gone.length);
      const stateOf = async (owner: typeof tenant, names: KeyName[]) =>
        new Set((await store.newest(owner, names)).map((key) => key.state));
      expect(await stateOf(tenant, gone)).toEqual(new Set(['destroyed']));
      if (kept.length > 0) expect(await stateOf(tenant, kept)).toEqual(new Set(['open']));
      expect(await stateOf(bystander, [...gone, ...kept])).toEqual(new Set(['open']));
    },
  );

  test('given a closed thread or tenant, when a key below it is inserted, then it is left out', async () => {
    const { store } = pair();
    const [tenant, closedTenant] = [freshTenant(), freshTenant()];
    await store.close(tenant, { kind: 'thread', id: 't' });
    await store.close(closedTenant, { kind: 'tenant' });
    await store.insert(tenant, [newKey(month('t', '2026-12')), newKey(month('u', '2026-12'))]);
    await store.insert(closedTenant, [newKey(subject('a'))]);
    expect(await store.newest(tenant, [month('t', '2026-12'), month('u', '2026-12')])).toMatchObject([{ id: 'u' }]);
    expect(await store.newest(closedTenant, [subject('a')])).toEqual([]);
  });

  test('given a race of making and closing, when both are done, then the key is closed', async () => {
    const { store, other } = pair();
    const tenant = freshTenant();
    for (let round = 0; round < 20; round += 1) {
      const name = subject(`s-${round}`);
      await Promise.all([store.insert(tenant, [newKey(name)]), other.close(tenant, { kind: 'subject', id: name.id })]);
      expect(await store.newest(tenant, [name])).toMatchObject([{ state: 'closed' }]);
    }
  });
}

function rewrapping(pair: () => KeyStorePair): void {
  test('given keys under an old master key, when rewrapped, then only those that are as they were change', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    const [a, b, c] = [newKey(subject('a')), newKey(subject('b')), newKey(subject('c'))];
    const old = (key: NewKey): NewKey => ({ ...key, masterVersion: `old of ${tenant}` });
    await store.insert(tenant, [old(a), old(b), c]);
    await store.destroy(tenant, { kind: 'subject', id: 'b' });
    const stale = (await store.wrappedOtherwise('one', 1000)).filter((key) => key.tenantId === tenant);
    expect(stale.map((key) => key.keyId)).toEqual([a.keyId]);

    const wrapped = randomBytes(60);
    const changes = [a, b, c].map(({ keyId }) => ({ keyId, from: a.wrapped, wrapped, masterVersion: 'two' }));
    expect(await store.rewrap(changes)).toBe(1);
    expect(await store.byIds(tenant, [a.keyId])).toMatchObject([{ wrapped, masterVersion: 'two', state: 'open' }]);
    expect(await store.byIds(tenant, [b.keyId])).toMatchObject([{ wrapped: null, state: 'destroyed' }]);
    expect(await store.byIds(tenant, [c.keyId])).toMatchObject([{ wrapped: c.wrapped, masterVersion: 'one' }]);
  });
}
