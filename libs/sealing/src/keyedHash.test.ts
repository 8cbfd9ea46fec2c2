import { tenantId } from '@threadlog/events';
import { randomBytes } from 'node:crypto';
import { createLocalMasterKey } from './keys/masterKey';
import { createMemoryKeyStore } from './keys/memoryKeyStore';
import { createSealing } from './sealing';

const [acme, other] = [tenantId('acme'), tenantId('other')];
const profileOf = (authorId: string) => ({ tenantId: acme, authorId, threadId: null, month: null, learnerId: null });

async function setUp() {
  const options = { keyStore: createMemoryKeyStore(), masterKey: createLocalMasterKey(randomBytes(32)) };
  const [sealing, second] = [createSealing(options), createSealing(options)];
  for (const each of [sealing, second]) {
    await each.prepareTenant(acme);
    await each.prepareTenant(other);
    for (const id of ['ann', 'bob']) await each.sealer(profileOf(id));
  }
  return { sealing, second };
}

describe('keyed hashes', () => {
  test('given one text, when hashed by two processes, then the hashes are the same, for tenants and for subjects', async () => {
    const { sealing, second } = await setUp();
    expect(sealing.tenantHmac(acme, 'key', 'text')).toBe(second.tenantHmac(acme, 'key', 'text'));
    expect(sealing.subjectHmac(acme, 'ann', 'key', 'text')).toBe(second.subjectHmac(acme, 'ann', 'key', 'text'));
    expect(sealing.tenantHmac(acme, 'key', 'text')).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('given another tenant, subject, purpose or text, when hashed, then no two hashes are the same', async () => {
    const { sealing } = await setUp();
    const hashes = [
      sealing.tenantHmac(acme, 'key', 'text'),
      sealing.tenantHmac(other, 'key', 'text'),
      sealing.tenantHmac(acme, 'id', 'text'),
      sealing.tenantHmac(acme, 'key', 'text2'),
      sealing.tenantHmac(acme, 'keyt', 'ext'),
      sealing.subjectHmac(acme, 'ann', 'key', 'text'),
      sealing.subjectHmac(acme, 'bob', 'key', 'text'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('given keys that were not prepared or are destroyed, when hashed, then it throws', async () => {
    const { sealing } = await setUp();
    expect(() => sealing.tenantHmac(tenantId('unknown'), 'key', 'text')).toThrow(/not prepared/);
    expect(() => sealing.subjectHmac(acme, 'cleo', 'key', 'text')).toThrow(/not prepared/);
    await sealing.destroy(acme, { kind: 'subject', id: 'ann' });
    expect(() => sealing.subjectHmac(acme, 'ann', 'key', 'text')).toThrow(/destroyed/);
  });

  test('given an erased tenant, when it is prepared, then that is refused as such', async () => {
    const { sealing, second } = await setUp();
    await sealing.destroy(other, { kind: 'tenant' });
    await expect(sealing.prepareTenant(other)).rejects.toMatchObject({ problem: { code: 'subject_erased' } });
    second.forget((await sealing.close(other, { kind: 'tenant' })).map(({ keyId }) => keyId));
    await expect(second.prepareTenant(other)).rejects.toMatchObject({ problem: { code: 'subject_erased' } });
    await expect(sealing.prepareTenant(acme)).resolves.toBeUndefined();
  });
});
