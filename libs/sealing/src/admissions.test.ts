import { tenantId } from '@threadlog/events';
import { randomBytes } from 'node:crypto';
import { createLocalMasterKey } from './keys/masterKey';
import { createMemoryKeyStore } from './keys/memoryKeyStore';
import { createSealing } from './sealing';

const tenant = tenantId('acme');
const masterKey = createLocalMasterKey(randomBytes(32));
const profile = (authorId: string) => ({ tenantId: tenant, authorId, threadId: null, month: null, learnerId: null });
const subject = (id: string) => ({ kind: 'subject', id }) as const;

function setUp() {
  let now = 0;
  let reads = 0;
  const shared = createMemoryKeyStore();
  const keyStore = {
    ...shared,
    newest: (...args: Parameters<typeof shared.newest>) => {
      reads += 1;
      return shared.newest(...args);
    },
  };
  const options = { masterKey, clock: () => now, maxKeys: 100 };
  return {
    sealing: createSealing({ ...options, keyStore }),
    elsewhere: createSealing({ ...options, keyStore: shared }),
    shared,
    reads: () => reads,
    pass: (ms: number) => (now += ms),
  };
}

describe('admission of subjects', () => {
  test('given nobody has a key, when asked, then they are open, by one read, and still have none', async () => {
    const { sealing, shared, reads } = setUp();
    expect(sealing.cachedAdmission(tenant, ['ann', 'bob'])).toBe('unknown');
    await Promise.all([sealing.loadAdmission(tenant, ['ann', 'bob']), sealing.loadAdmission(tenant, ['bob'])]);
    expect(sealing.cachedAdmission(tenant, ['ann', 'bob'])).toBe('open');
    expect(sealing.cachedAdmission(tenant, [])).toBe('open');
    expect(sealing.cachedAdmission(tenantId('other'), ['ann'])).toBe('unknown');
    await sealing.loadAdmission(tenant, ['ann', 'bob']);
    expect(reads()).toBe(1);
    expect(await shared.of(tenant, { kind: 'tenant' })).toEqual([]);
  });

  test('given one of several is closed, when asked, then they are erased together, whatever is known of the rest', async () => {
    const { sealing, elsewhere } = setUp();
    await elsewhere.close(tenant, subject('ann'));
    await sealing.loadAdmission(tenant, ['ann']);
    expect(sealing.cachedAdmission(tenant, ['bob', 'ann'])).toBe('erased');
    expect(sealing.cachedAdmission(tenant, ['bob'])).toBe('unknown');
  });

  test('given an author whose key is in use, when asked, then no read is needed', async () => {
    const { sealing, reads } = setUp();
    await sealing.sealer(profile('ann'));
    const before = reads();
    await sealing.loadAdmission(tenant, ['ann']);
    expect(sealing.cachedAdmission(tenant, ['ann'])).toBe('open');
    expect(reads()).toBe(before);
  });

  test('given an erasure elsewhere, when a minute is over, then the old answer is gone for certain', async () => {
    const { sealing, elsewhere, pass } = setUp();
    await sealing.loadAdmission(tenant, ['ann']);
    await elsewhere.close(tenant, subject('ann'));
    pass(49_999);
    expect(sealing.cachedAdmission(tenant, ['ann'])).toBe('open');
    pass(2);
    expect(sealing.cachedAdmission(tenant, ['ann'])).toBe('unknown');
    await sealing.loadAdmission(tenant, ['ann']);
    expect(sealing.cachedAdmission(tenant, ['ann'])).toBe('erased');
  });

  test('given a subject without a key, when word comes of keys that ended, then it is asked about again', async () => {
    const { sealing, elsewhere } = setUp();
    await sealing.loadAdmission(tenant, ['ann']);
    const [placeholder] = await elsewhere.close(tenant, subject('ann'));
    sealing.forget([placeholder!.keyId]);
    expect(sealing.cachedAdmission(tenant, ['ann'])).toBe('unknown');
  });

  test('given an erasure or a readmission here, when asked, then the answer is the new one', async () => {
    const { sealing } = setUp();
    await sealing.sealer(profile('ann'));
    await sealing.destroy(tenant, subject('ann'));
    await sealing.loadAdmission(tenant, ['ann']);
    expect(sealing.cachedAdmission(tenant, ['ann'])).toBe('erased');
    await sealing.readmit(tenant, 'ann');
    await sealing.loadAdmission(tenant, ['ann']);
    expect(sealing.cachedAdmission(tenant, ['ann'])).toBe('open');
  });
});
