import { tenantId } from '@threadlog/events';
import { randomBytes } from 'node:crypto';
import type { KeyStore } from './keys/keyStore';
import { createLocalMasterKey } from './keys/masterKey';
import { createMemoryKeyStore } from './keys/memoryKeyStore';
import { createSealing } from './sealing';

const tenant = tenantId('acme');
const masterKey = createLocalMasterKey(randomBytes(32));
const scope = { tenantId: tenant, authorId: 'ann', threadId: 't', month: '2026-11', learnerId: 'leo' };
const target = { stream: 'acme/thread/t', eventId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10', field: 'content' };

/** A store that counts its reads and can be made to answer late. */
function watched(store: KeyStore) {
  const calls = { newest: 0, byIds: 0, insert: 0 };
  let gate: Promise<void> | undefined;
  const counted =
    <TArgs extends unknown[], TResult>(name: keyof typeof calls, run: (...args: TArgs) => Promise<TResult>) =>
    async (...args: TArgs) => {
      calls[name] += 1;
      const result = await run(...args);
      await gate;
      return result;
    };
  const watching: KeyStore = {
    ...store,
    newest: counted('newest', store.newest),
    byIds: counted('byIds', store.byIds),
    insert: counted('insert', store.insert),
  };
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return () => {
      gate = undefined;
      resolve();
    };
  };
  return { store: watching, calls, hold };
}

function setUp() {
  let now = 0;
  const shared = createMemoryKeyStore();
  const { store, calls, hold } = watched(shared);
  const options = { masterKey, clock: () => now, maxKeys: 100 };
  const sealing = createSealing({ ...options, keyStore: store });
  const elsewhere = createSealing({ ...options, keyStore: shared });
  return { sealing, elsewhere, calls, hold, pass: (ms: number) => (now += ms) };
}

describe('caches', () => {
  test('given a sealer was made, when asked again, then no read is needed, until five sixths of a minute are over', async () => {
    const { sealing, calls, pass } = setUp();
    await sealing.sealer(scope);
    const reads = calls.newest;
    pass(49_999);
    expect(sealing.cachedSealer(scope)).toBe(await sealing.sealer(scope));
    expect(calls.newest).toBe(reads);
    pass(2);
    expect(sealing.cachedSealer(scope)).toBeUndefined();
    await sealing.sealer(scope);
    expect(calls.newest).toBe(reads + 1);
  });

  test('given a sealer handed out at the last moment, when used ten seconds later, then it seals, and then no more', async () => {
    const { sealing, pass } = setUp();
    const sealer = await sealing.sealer(scope);
    pass(59_999);
    expect(sealer.seal('text', target).sealed).toMatch(/^v1\./);
    pass(1);
    expect(() => sealer.seal('text', target)).toThrow(expect.objectContaining({ code: 'expired' }));
  });

  test('given a key destroyed elsewhere, when a minute has passed since it was read, then it opens nothing here', async () => {
    const { sealing, elsewhere, pass } = setUp();
    const blob = (await sealing.sealer(scope)).seal('text', target);
    await sealing.prepare(tenant, [blob]);
    await elsewhere.destroy(tenant, { kind: 'subject', id: 'leo' });
    pass(59_999);
    expect(sealing.open(tenant, blob, target)).toBe('text');
    pass(1);
    expect(() => sealing.open(tenant, blob, target)).toThrow(expect.objectContaining({ code: 'key_missing' }));
    await sealing.prepare(tenant, [blob]);
    expect(sealing.open(tenant, blob, target)).toBeUndefined();
    await expect(sealing.sealer(scope)).rejects.toMatchObject({ problem: { code: 'subject_erased' } });
  });

  test('given keys prepared again and again, when destroyed, then preparing does not prolong what was read before', async () => {
    const { sealing, elsewhere, pass } = setUp();
    const blob = (await sealing.sealer(scope)).seal('text', target);
    for (let second = 0; second < 40; second += 1, pass(1_000)) {
      await sealing.prepare(tenant, [blob]);
      sealing.open(tenant, blob, target);
    }
    await elsewhere.destroy(tenant, { kind: 'subject', id: 'leo' });
    const seen = [];
    for (let second = 0; second < 60; second += 1, pass(1_000)) {
      await sealing.prepare(tenant, [blob]);
      seen.push(sealing.open(tenant, blob, target));
    }
    expect(seen.at(0)).toBe('text');
    expect(seen.at(-1)).toBeUndefined();
  });

  test('given keys were forgotten, when next used, then they are read again, and held sealers are of no use', async () => {
    const { sealing, calls } = setUp();
    const sealer = await sealing.sealer(scope);
    const blob = sealer.seal('text', target);
    await sealing.prepare(tenant, [blob]);
    const [evidence] = await sealing.close(tenant, { kind: 'subject', id: 'nobody' });
    sealing.forget([evidence!.keyId]);
    expect(sealing.cachedSealer(scope)).toBe(sealer);

    const keyIds = Array.from({ length: 3 }, (_, index) =>
      Buffer.from(blob.sealed.slice(3), 'base64url')
        .subarray(1 + 16 * index, 17 + 16 * index)
        .toString('hex'),
    ).map((hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
    sealing.forget(keyIds);
    expect(() => sealer.seal('text', target)).toThrow(expect.objectContaining({ code: 'expired' }));
    expect(() => sealing.open(tenant, blob, target)).toThrow(expect.objectContaining({ code: 'key_missing' }));
    const reads = calls.byIds;
    await sealing.prepare(tenant, [blob]);
    expect(calls.byIds).toBe(reads + 1);
    expect(sealing.open(tenant, blob, target)).toBe('text');
  });

  test('given a text was opened, when opened again, then only as what it was sealed for', async () => {
    const { sealing } = setUp();
    const reader = sealing.remembering;
    const blob = (await sealing.sealer(scope)).seal('text', target);
    await reader.prepare(tenant, [blob]);
    const open = (place: Partial<typeof target>, as = tenant) => reader.open(as, blob, { ...target, ...place });
    expect([open({}), open({})]).toEqual(['text', 'text']);
    expect(() => open({ field: 'title' })).toThrow(expect.objectContaining({ code: 'tampered' }));
    expect(() => open({ stream: 'acme/thread/u' })).toThrow(expect.objectContaining({ code: 'tampered' }));
    expect(() => open({}, tenantId('other'))).toThrow(expect.objectContaining({ code: 'key_missing' }));
    expect(open({})).toBe('text');
  });

  test('given a text was opened, when its key is destroyed here, then it opens nothing from that moment on', async () => {
    const { sealing } = setUp();
    const reader = sealing.remembering;
    const blob = (await sealing.sealer(scope)).seal('text', target);
    await reader.prepare(tenant, [blob]);
    expect(reader.open(tenant, blob, target)).toBe('text');
    await sealing.destroy(tenant, { kind: 'subject', id: 'leo' });
    expect(() => reader.open(tenant, blob, target)).toThrow(expect.objectContaining({ code: 'key_missing' }));
    await reader.prepare(tenant, [blob]);
    expect(reader.open(tenant, blob, target)).toBeUndefined();
  });

  test('given an object was opened, when whoever got it changes it, then the next one gets it as it was', async () => {
    const { sealing } = setUp();
    const reader = sealing.remembering;
    const blob = (await sealing.sealer(scope)).seal({ colour: 'red' }, target);
    await reader.prepare(tenant, [blob]);
    const first = reader.open(tenant, blob, target) as { colour: string };
    first.colour = 'blue';
    expect(reader.open(tenant, blob, target)).toEqual({ colour: 'red' });
  });

  test('given a text was remembered, when a minute has passed since its key was read, then it opens no more', async () => {
    const { sealing, elsewhere, pass } = setUp();
    const reader = sealing.remembering;
    const blob = (await sealing.sealer(scope)).seal('text', target);
    await reader.prepare(tenant, [blob]);
    await elsewhere.destroy(tenant, { kind: 'subject', id: 'leo' });
    for (let second = 0; second < 60; second += 1, pass(1_000)) expect(reader.open(tenant, blob, target)).toBe('text');
    expect(() => reader.open(tenant, blob, target)).toThrow(expect.objectContaining({ code: 'key_missing' }));
    await reader.prepare(tenant, [blob]);
    expect(reader.open(tenant, blob, target)).toBeUndefined();
  });

  test('given a read that takes long, when a minute has passed since it began, then its keys are of no use', async () => {
    const { sealing, hold, pass } = setUp();
    await sealing.sealer(scope);
    pass(60_000);
    const late = hold();
    const waiting = sealing.sealer(scope);
    await new Promise(setImmediate);
    pass(20_000);
    late();
    const sealer = await waiting;
    pass(39_999);
    expect(sealer.seal('text', target)).toBeDefined();
    pass(1);
    expect(() => sealer.seal('text', target)).toThrow(expect.objectContaining({ code: 'expired' }));
  });

  test('given a read under way, when its key is destroyed and forgotten, then what it read is not used', async () => {
    const { sealing, elsewhere, hold } = setUp();
    await elsewhere.sealer(scope);
    const late = hold();
    const waiting = sealing.sealer(scope);
    // The read has its answer and is held back; the destruction comes in between.
    await new Promise(setImmediate);
    await sealing.destroy(tenant, { kind: 'subject', id: 'leo' });
    late();
    await expect(waiting).rejects.toMatchObject({ problem: { code: 'subject_erased' } });
  });

  test('given values prepared late in the minute, when opened ten seconds later, then they open', async () => {
    const { sealing, pass } = setUp();
    const blob = (await sealing.sealer(scope)).seal('text', target);
    await sealing.prepare(tenant, [blob]);
    expect(sealing.open(tenant, blob, target)).toBe('text');
    pass(55_000);
    await sealing.prepare(tenant, [blob]);
    pass(9_999);
    expect(sealing.open(tenant, blob, target)).toBe('text');
  });

  test('given a scope in use while others push its author out of the cache, when hashed, then the key is at hand', async () => {
    const { sealing } = setUp();
    await sealing.sealer(scope);
    for (let index = 0; index < 40; index += 1)
      await sealing.sealer({ ...scope, authorId: `a-${index}`, threadId: `t-${index}`, learnerId: null });
    if (!sealing.cachedSealer(scope)) await sealing.sealer(scope);
    expect(sealing.subjectHmac(tenant, 'ann', 'request', 'x')).toHaveLength(43);
  });

  test.each(['thread', 'tenant'])(
    'given a month whose %s was closed while its key was made, when asked for, then nothing is sealed under it',
    async (kind) => {
      const shared = createMemoryKeyStore();
      const keyStore: KeyStore = {
        ...shared,
        newest: async (...args) =>
          (await shared.newest(...args)).map((key) => (key.kind === kind ? { ...key, state: 'closed' } : key)),
      };
      const sealing = createSealing({ keyStore, masterKey });
      await expect(sealing.sealer(scope)).rejects.toMatchObject({ problem: { code: 'subject_erased' } });
    },
  );
});

describe('batching', () => {
  test('given many scopes asked for at once, when loaded, then it takes one read of the store, one insert, one read', async () => {
    const { sealing, calls } = setUp();
    const scopes = Array.from({ length: 20 }, (_, index) => ({ ...scope, threadId: `t-${index % 10}` }));
    const sealers = await Promise.all(scopes.map((each) => sealing.sealer(each)));
    expect(sealers).toHaveLength(20);
    expect(calls).toEqual({ newest: 2, insert: 1, byIds: 0 });
  });

  test('given a page of blobs, when prepared, then it takes one read, and none the second time', async () => {
    const { sealing, elsewhere, calls } = setUp();
    const blobs = [];
    for (let index = 0; index < 50; index += 1)
      blobs.push((await elsewhere.sealer({ ...scope, authorId: `a-${index % 7}` })).seal(index, target));
    await sealing.prepare(tenant, blobs);
    await sealing.prepare(tenant, blobs);
    expect(calls.byIds).toBe(1);
    expect(blobs.map((blob) => sealing.open(tenant, blob, target))).toEqual(blobs.map((_, index) => index));
  });

  test('given a store that fails once, when asked again, then it answers', async () => {
    const shared = createMemoryKeyStore();
    let broken = true;
    const keyStore: KeyStore = {
      ...shared,
      newest: (...args) => (broken ? Promise.reject(new Error('connection refused')) : shared.newest(...args)),
    };
    const sealing = createSealing({ keyStore, masterKey });
    await expect(sealing.sealer(scope)).rejects.toMatchObject({ problem: { code: 'unavailable', retryAfter: 1 } });
    broken = false;
    expect(await sealing.sealer(scope)).toBeDefined();
  });

  test('given more scopes than the cache holds, when sealed in turn, then all seal and nothing mixes', async () => {
    const { sealing, elsewhere } = setUp();
    const blobs = [];
    for (let index = 0; index < 300; index += 1) {
      const each = { ...scope, authorId: `a-${index}` };
      const sealer = sealing.cachedSealer(each) ?? (await sealing.sealer(each));
      blobs.push(sealer.seal(index, target));
      expect(sealing.subjectHmac(tenant, each.authorId, 'request', 'x')).toHaveLength(43);
    }
    for (const [index, blob] of blobs.entries()) {
      await elsewhere.prepare(tenant, [blob]);
      expect(elsewhere.open(tenant, blob, target)).toBe(index);
    }
  });
});
