import { createKeyLookUps } from './lookUps';
import { freshTenant, month, newKey, subject, thread, type KeyStorePair } from './keyStore.testing';
import type { ThreadMonth } from './keyStore';

/** What every key store must do about months and ends; part of the contract of key stores. */
export function monthsContract(pair: () => KeyStorePair): void {
  test('given months of threads, when those before one are asked for, then they come oldest first, page by page', async () => {
    const { store } = pair();
    const [tenant, bystander] = [freshTenant(), freshTenant()];
    const months = [month('b', '2026-01'), month('a', '2026-02'), month('a', '2025-12'), month('c', '2026-02')];
    const others = [month('a', '2026-03'), thread('a')];
    await store.insert(
      tenant,
      [...months, ...others].map((name) => newKey(name)),
    );
    await store.insert(bystander, [newKey(month('z', '2025-01'))]);

    const seen: ThreadMonth[] = [];
    for (let page: ThreadMonth[] | null = null; page === null || page.length > 0;) {
      page = await store.monthsBefore(tenant, { before: '2026-03', after: seen.at(-1) ?? null, limit: 3 });
      expect(page.length).toBeLessThanOrEqual(3);
      seen.push(...page);
    }
    expect(seen).toEqual([
      { id: 'a', month: '2025-12' },
      { id: 'b', month: '2026-01' },
      { id: 'a', month: '2026-02' },
      { id: 'c', month: '2026-02' },
    ]);
  });

  test('given ended months, when asked, then closed ones are still there and destroyed ones are not', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    await store.insert(tenant, [newKey(month('a', '2026-01')), newKey(month('b', '2026-01'))]);
    await store.close(tenant, { kind: 'thread_month', id: 'a', month: '2026-01' });
    await store.destroy(tenant, { kind: 'thread_month', id: 'b', month: '2026-01' });
    const left = await store.monthsBefore(tenant, { before: '2026-02', after: null, limit: 10 });
    expect(left).toEqual([{ id: 'a', month: '2026-01' }]);
  });

  test('given subjects, when asked which have ended, then those closed or destroyed, and no others', async () => {
    const { store } = pair();
    const tenant = freshTenant();
    await store.insert(
      tenant,
      ['open', 'back'].map((id) => newKey(subject(id))),
    );
    await store.close(tenant, { kind: 'subject', id: 'closed' });
    await store.destroy(tenant, { kind: 'subject', id: 'gone' });
    await store.destroy(tenant, { kind: 'subject', id: 'back' });
    await store.insert(tenant, [newKey(subject('back'), 2)]);
    const names = ['open', 'back', 'closed', 'gone', 'nobody'].map(subject);
    expect([...(await createKeyLookUps(store).endedAmong(tenant, names))].sort()).toEqual([
      'subject/closed/',
      'subject/gone/',
    ]);
  });
}
