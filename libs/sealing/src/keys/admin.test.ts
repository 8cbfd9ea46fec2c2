import { tenantId } from '@threadlog/events';
import { createHash, randomBytes } from 'node:crypto';
import { createSealing } from '../sealing';
import { createLocalMasterKey } from './masterKey';
import { createMemoryKeyStore } from './memoryKeyStore';

const tenant = tenantId('acme');
const target = { stream: 'acme/user/ann', eventId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10', field: 'display_name' };
const profile = { tenantId: tenant, authorId: 'ann', threadId: null, month: null, learnerId: null };
const ann = { kind: 'subject', id: 'ann' } as const;

function setUp(master = [randomBytes(32)]) {
  const keyStore = createMemoryKeyStore();
  const [current, ...older] = master;
  const start = (key: Buffer, others: Buffer[] = []) =>
    createSealing({ keyStore, masterKey: createLocalMasterKey(key, others), maxKeys: 100 });
  return { keyStore, sealing: start(current!, older), start };
}

describe('ending and renewing keys', () => {
  test('given a destroyed key, when the evidence is read, then it names key and state and can be recomputed', async () => {
    const { sealing } = setUp();
    await sealing.sealer(profile);
    const [before] = await sealing.close(tenant, ann);
    const [after] = await sealing.destroy(tenant, ann);
    expect(after).toMatchObject({ keyId: before!.keyId, kind: 'subject', state: 'destroyed' });
    expect(after!.masterVersion).toMatch(/^[0-9a-f]{16}$/);
    const text = `threadlog key ${after!.keyId} destroyed`;
    expect(after!.fingerprint).toBe(createHash('sha256').update(text).digest('hex'));
    expect(await sealing.destroy(tenant, ann)).toEqual([after]);
  });

  test('given an erased subject, when readmitted, then it seals again and its old text stays erased', async () => {
    const { sealing } = setUp();
    const old = (await sealing.sealer(profile)).seal('before', target);
    await sealing.destroy(tenant, ann);
    await sealing.readmit(tenant, 'ann');
    await sealing.readmit(tenant, 'ann');
    const fresh = (await sealing.sealer(profile)).seal('after', target);
    await sealing.prepare(tenant, [old, fresh]);
    expect([old, fresh].map((blob) => sealing.open(tenant, blob, target))).toEqual([undefined, 'after']);
    expect(await sealing.stateOf(tenant, ann)).toBe('open');

    await sealing.destroy(tenant, ann);
    await sealing.prepare(tenant, [fresh]);
    expect(sealing.open(tenant, fresh, target)).toBeUndefined();
  });

  test('given a subject that is only closed, when readmitted, then it is refused', async () => {
    const { sealing } = setUp();
    await sealing.sealer(profile);
    await sealing.close(tenant, ann);
    await expect(sealing.readmit(tenant, 'ann')).rejects.toMatchObject({ problem: { code: 'conflict' } });
    expect(await sealing.stateOf(tenant, ann)).toBe('closed');
    expect(await sealing.stateOf(tenant, { kind: 'subject', id: 'nobody' })).toBe('none');
  });
});

describe('the keys of a target', () => {
  test('given keys, when looked at and listed, then nothing is made or changed, and listed ones can be destroyed', async () => {
    const { sealing } = setUp();
    const blob = (await sealing.sealer(profile)).seal('text', target);
    const [evidence] = await sealing.keysOf(tenant, ann);
    expect(evidence).toMatchObject({ kind: 'subject', state: 'open' });
    const listed = await sealing.listOf(tenant, ann);
    expect(listed).toEqual([
      expect.objectContaining({ tenantId: tenant, keyId: evidence!.keyId, kind: 'subject', id: 'ann', generation: 1 }),
    ]);
    expect(await sealing.keysOf(tenant, { kind: 'subject', id: 'bob' })).toEqual([]);

    expect(await sealing.destroyListed(listed)).toBe(1);
    await sealing.prepare(tenant, [blob]);
    expect(sealing.open(tenant, blob, target)).toBeUndefined();
    expect(await sealing.listOf(tenant, ann)).toEqual([]);
  });

  test('given somebody who passes it on, when keys end, then it is told of each, until it stops listening', async () => {
    const { sealing } = setUp();
    await sealing.sealer(profile);
    const [key] = await sealing.keysOf(tenant, ann);
    const told: unknown[] = [];
    const stop = sealing.onEnded((tenantId, keyIds) => told.push([tenantId, ...keyIds]));
    await sealing.close(tenant, ann);
    await sealing.destroy(tenant, ann);
    await sealing.readmit(tenant, 'ann');
    expect(told).toEqual(Array(3).fill([tenant, key!.keyId]));
    stop();
    await sealing.close(tenant, ann);
    expect(told).toHaveLength(3);
  });
});

describe('rotation of the master key', () => {
  test('given a first use, when asked when a version is due, then it is so many days later, and unknown is null', async () => {
    const keyStore = createMemoryKeyStore();
    const masterKey = createLocalMasterKey(randomBytes(32));
    const sealing = createSealing({ keyStore, masterKey, rotationDays: 7 });
    await sealing.noteMasterKey();
    const [status] = await sealing.masterKeys();
    expect(status).toMatchObject({ version: masterKey.version, current: true, wrapped: 0 });
    expect(status!.dueAt.getTime() - status!.firstSeenAt.getTime()).toBe(7 * 86_400_000);
    expect(await sealing.masterKeyDue(masterKey.version)).toEqual(status!.dueAt);
    expect(await sealing.masterKeyDue('another')).toBeNull();
  });

  test('given keys under an old master key, when rewrapped in batches, then the new one alone opens everything', async () => {
    const [old, next] = [randomBytes(32), randomBytes(32)];
    const { sealing, start } = setUp([old]);
    const blobs = [];
    for (let index = 0; index < 25; index += 1) {
      const sealer = await sealing.sealer({ ...profile, authorId: `a-${index}` });
      blobs.push(sealer.seal(index, target));
    }
    const rotating = start(next, [old]);
    const rounds = [];
    for (let count = 1; count > 0; rounds.push(count)) count = await rotating.rewrap(10);
    // 25 subjects and the tenant's own key.
    expect(rounds).toEqual([10, 10, 6, 0]);
    const rotated = start(next);
    await rotated.prepare(tenant, blobs);
    expect(blobs.map((blob) => rotated.open(tenant, blob, target))).toEqual(blobs.map((_, index) => index));
    // Nothing is sealed without them, and what they sealed is told from what was erased.
    const behind = start(old);
    await expect(behind.sealer({ ...profile, authorId: 'a-1' })).rejects.toMatchObject({ code: 'master_key' });
    await behind.prepare(tenant, blobs);
    expect(behind.open(tenant, blobs[0]!, target)).toBeUndefined();
    expect(behind.whyNot(tenant, blobs[0]!)).toBe('key_missing');
  });

  test('given wrapped keys that change places, when loaded, then they are refused', async () => {
    const master = randomBytes(32);
    const { sealing, keyStore, start } = setUp([master]);
    for (const authorId of ['ann', 'bob']) await sealing.sealer({ ...profile, authorId });
    const [anns] = await keyStore.newest(tenant, [{ kind: 'subject', id: 'ann', month: '' }]);
    const [bobs] = await keyStore.newest(tenant, [{ kind: 'subject', id: 'bob', month: '' }]);
    const moved = {
      keyId: bobs!.keyId,
      from: bobs!.wrapped!,
      wrapped: anns!.wrapped!,
      masterVersion: anns!.masterVersion!,
    };
    expect(await keyStore.rewrap([moved])).toBe(1);

    const fresh = start(master);
    await expect(fresh.sealer(profile)).resolves.toBeDefined();
    await expect(fresh.sealer({ ...profile, authorId: 'bob' })).rejects.toMatchObject({ code: 'master_key' });
  });
});
