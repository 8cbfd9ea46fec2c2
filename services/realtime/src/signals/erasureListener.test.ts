import { tenantId } from '@threadlog/events';
import { SealingError, type Opener } from '@threadlog/sealing';
import { createViews } from '../views';
import { createErasureListener, type SubjectErased } from './erasureListener';

const tenant = tenantId('acme');
const erased = (kind: 'user' | 'tenant', keyIds: string[]): SubjectErased =>
  ({
    tenant_id: tenant,
    data: { subject: { kind, id: kind === 'tenant' ? tenant : 'ada' }, keys: keyIds.map((key_id) => ({ key_id })) },
  }) as unknown as SubjectErased;

const profiles = { of: () => Promise.resolve(() => undefined), forget: () => undefined };

function listening(threadsOf: () => Promise<string[]>) {
  const done: string[] = [];
  const faults: unknown[] = [];
  const wire = { emit: ({ name }: { name: string }) => done.push(name) };
  const ben = { state: 'ready', wire };
  const late = { state: 'starting', wire };
  const erase = createErasureListener({
    views: {
      forgetKeys: (_tenant, keyIds) => done.push(`keys ${keyIds.join(' ')}`),
      forgetProfile: (_tenant, userId) => done.push(`profile ${userId}`),
    },
    drafts: { erased: (_tenant, keyIds) => done.push(`drafts ${keyIds.join(' ')}`) },
    connections: { hasTenant: () => true, of: () => [] },
    rooms: {
      subscribers: () => [{ connection: ben }, { connection: late }] as never,
      dropHeld: () => void done.push('held back'),
    },
    threadsOf,
    onFault: (cause) => faults.push(cause),
  });
  return { erase, done, faults };
}

describe('a listener to erasures', () => {
  it('lets keys and profile go in its own turn, then tells each socket once', async () => {
    const { erase, done } = listening(() => Promise.resolve(['t-1', 't-2']));
    erase(erased('user', ['k-1', 'k-2']));
    expect(done).toEqual(['keys k-1 k-2', 'drafts k-1 k-2', 'held back', 'profile ada']);
    await new Promise(setImmediate);
    expect(done.slice(4)).toEqual(['user:erased']);
  });

  it('lets keys go though nobody can be told', async () => {
    const { erase, done, faults } = listening(() => Promise.reject(new Error('away')));
    erase(erased('user', ['k-1']));
    await new Promise(setImmediate);
    expect(done).toEqual(['keys k-1', 'drafts k-1', 'held back', 'profile ada']);
    expect(faults).toHaveLength(1);
  });

  it('of a tenant is about keys and what was opened with them', async () => {
    const { erase, done } = listening(() => Promise.resolve(['t-1']));
    erase(erased('tenant', ['k-1']));
    await new Promise(setImmediate);
    expect(done).toEqual(['keys k-1', 'drafts k-1', 'held back']);
  });
});

describe('views', () => {
  const missing = () => {
    throw new SealingError('key_missing', 'not prepared');
  };
  const opener = (forgotten: string[] = []): Opener & { forget(keyIds: readonly string[]): void } => ({
    prepare: () => Promise.resolve(),
    whyNot: () => 'erased' as const,
    open: missing,
    forget: (keyIds) => forgotten.push(...keyIds),
  });
  const target = { stream: 's', field: 'content' };

  it('made before an erasure show what it took as erased, and throw for any other missing key', async () => {
    const forgotten: string[] = [];
    const views = createViews({ opener: opener(forgotten), profiles });
    const view = await views.of(tenant, [], []);
    expect(() => view.opener.open(tenant, { sealed: 'v1.x' }, target)).toThrow('not prepared');
    views.forgetKeys(tenant, ['k-1']);
    expect(forgotten).toEqual(['k-1']);
    expect(view.opener.open(tenant, { sealed: 'v1.x' }, target)).toBeUndefined();
    expect(() => view.opener.open(tenantId('globex'), { sealed: 'v1.x' }, target)).toThrow('not prepared');
  });
});
