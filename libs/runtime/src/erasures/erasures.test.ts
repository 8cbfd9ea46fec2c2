import { tenantId } from '@threadlog/events';
import { createMemoryLog, type EventLog, type MemorySend } from '@threadlog/log';
import {
  createLocalMasterKey,
  createMemoryKeyStore,
  createSealing,
  type KeyStore,
  type ListedKey,
} from '@threadlog/sealing';
import { randomBytes, randomUUID } from 'node:crypto';
import { createErasureList, replayErasures } from './erasureList';
import { createErasures } from './erasures';
import { decodeErasure, ErasureListError, encodeErasure } from './record';

const tenant = tenantId('acme');
const masterKey = createLocalMasterKey(randomBytes(32));
const ann = { kind: 'subject', id: 'ann' } as const;
const profile = { tenantId: tenant, authorId: 'ann', threadId: null, month: null, learnerId: null };
const place = { stream: 'acme/user/ann', eventId: randomUUID(), field: 'display_name' };

const memoryTopic = (interceptAppend?: (send: MemorySend) => void) =>
  createMemoryLog({ topic: 'erasures', partitions: 1, fenced: false, interceptAppend });
const listedKey = (index: number): ListedKey => ({
  tenantId: tenant,
  keyId: randomUUID(),
  kind: 'subject',
  id: `s-${index}`,
  month: '',
  generation: 1,
  masterVersion: null,
});

function setUp(topic: EventLog, keyStore: KeyStore = createMemoryKeyStore()) {
  const sealing = createSealing({ keyStore, masterKey, maxKeys: 100 });
  const list = createErasureList({ open: () => Promise.resolve(topic) });
  return { keyStore, sealing, list, erasures: createErasures({ list, sealing }) };
}
const replay = (topic: EventLog, keyStore: KeyStore) =>
  replayErasures(topic, (keys) => createSealing({ keyStore, masterKey }).destroyListed(keys));

/** Every row of one tenant, as a backup holds them. */
const backup = async (keyStore: KeyStore) => keyStore.of(tenant, { kind: 'tenant' });
async function restored(rows: Awaited<ReturnType<typeof backup>>): Promise<KeyStore> {
  const keyStore = createMemoryKeyStore();
  const keys = rows.map(({ keyId, kind, id, month, generation, wrapped, masterVersion }) => ({
    ...{ keyId, kind, id, month, generation },
    ...{ wrapped: wrapped!, masterVersion: masterVersion! },
  }));
  await keyStore.insert(tenant, keys);
  return keyStore;
}

describe('destroying keys for good', () => {
  test('given a backup from before, when it is restored and the list replayed, then the text stays erased', async () => {
    const topic = memoryTopic();
    const { sealing, keyStore, erasures } = setUp(topic);
    const blob = (await sealing.sealer(profile)).seal('a secret', place);
    const before = await backup(keyStore);
    const evidence = await erasures.destroy(tenant, ann, 'request-1');
    expect(evidence).toMatchObject([{ kind: 'subject', state: 'destroyed' }]);

    const old = await restored(before);
    const opened = createSealing({ keyStore: old, masterKey });
    await opened.prepare(tenant, [blob]);
    // What the list is for: without it the backup brings the text back.
    expect(opened.open(tenant, blob, place)).toBe('a secret');

    expect(await replay(topic, old)).toEqual({ records: 1, keys: 1, destroyed: 1, whole: true });
    const started = createSealing({ keyStore: old, masterKey });
    await started.prepare(tenant, [blob]);
    expect(started.open(tenant, blob, place)).toBeUndefined();
    await expect(started.sealer(profile)).rejects.toMatchObject({ problem: { code: 'subject_erased' } });
    expect(await replay(topic, old)).toMatchObject({ destroyed: 0 });
  });

  test('given a backup from before the key, when the list is replayed, then the subject is erased all the same', async () => {
    const topic = memoryTopic();
    const { sealing, erasures } = setUp(topic);
    await sealing.sealer(profile);
    await erasures.destroy(tenant, ann, 'request-1');
    const empty = createMemoryKeyStore();
    await replay(topic, empty);
    const started = createSealing({ keyStore: empty, masterKey });
    await expect(started.sealer(profile)).rejects.toMatchObject({ problem: { code: 'subject_erased' } });
    await started.loadAdmission(tenant, ['ann']);
    expect(started.cachedAdmission(tenant, ['ann'])).toBe('erased');
  });

  test('given a readmission, when the list is replayed, then the new key stays', async () => {
    const topic = memoryTopic();
    const { sealing, keyStore, erasures } = setUp(topic);
    await sealing.sealer(profile);
    await erasures.destroy(tenant, ann, 'request-1');
    await sealing.readmit(tenant, 'ann');
    const blob = (await sealing.sealer(profile)).seal('again', place);
    await replay(topic, keyStore);
    const started = createSealing({ keyStore, masterKey });
    await started.prepare(tenant, [blob]);
    expect(started.open(tenant, blob, place)).toBe('again');
  });

  test('given a list that does not answer, when destroying, then no key is destroyed', async () => {
    const topic = memoryTopic(() => undefined);
    const { sealing } = setUp(topic);
    const list = createErasureList({ open: () => Promise.resolve(topic), appendMs: 20 });
    await sealing.sealer(profile);
    await expect(createErasures({ list, sealing }).destroy(tenant, ann, 'request-1')).rejects.toMatchObject({
      problem: { code: 'unavailable' },
    });
    expect(await sealing.stateOf(tenant, ann)).toBe('closed');
  });

  test('given the list cannot be written, when destroying, then no key is destroyed, and the next attempt completes', async () => {
    let away = true;
    const topic = memoryTopic((send) => (away ? send.fail(new Error('the broker is away')) : send.ack()));
    const { sealing, erasures } = setUp(topic);
    await sealing.sealer(profile);
    await expect(erasures.destroy(tenant, ann, 'request-1')).rejects.toMatchObject({
      problem: { code: 'unavailable' },
    });
    expect(await sealing.stateOf(tenant, ann)).toBe('closed');
    away = false;
    await erasures.destroy(tenant, ann, 'request-1');
    expect(await sealing.stateOf(tenant, ann)).toBe('destroyed');
    expect(await topic.head(0)).toBe(1);
  });

  test('given a crash between the list and the store, when a process starts, then the key is destroyed', async () => {
    const topic = memoryTopic();
    const { sealing, keyStore, list } = setUp(topic);
    await sealing.sealer(profile);
    const crashing = createErasures({
      list,
      sealing: { ...sealing, destroy: () => Promise.reject(new Error('it died')) },
    });
    await expect(crashing.destroy(tenant, ann, 'request-1')).rejects.toThrow('it died');
    expect(await replay(topic, keyStore)).toMatchObject({ destroyed: 1 });
  });

  test('given several targets, when destroyed, then they are one entry, and again writes nothing', async () => {
    const topic = memoryTopic();
    const { sealing, erasures } = setUp(topic);
    const months = ['2026-01', '2026-02'].map((month) => ({ kind: 'thread_month', id: 't', month }) as const);
    for (const { month } of months) await sealing.sealer({ ...profile, threadId: 't', month });
    expect(await erasures.destroy(tenant, months, 'retention')).toHaveLength(2);
    expect(await erasures.destroy(tenant, months, 'retention')).toHaveLength(2);
    expect(await topic.head(0)).toBe(1);
    expect(await sealing.stateOf(tenant, ann)).toBe('open');
  });
});

describe('the erasure list', () => {
  test('given more keys than a record holds, when appended and replayed, then all of them come, in chunks', async () => {
    const topic = memoryTopic();
    const { list } = setUp(topic);
    const keys = Array.from({ length: 2_500 }, (_, index) => listedKey(index));
    await list.append({ tenantId: tenant, reason: 'retention', at: '2026-11-25T00:00:00Z', keys });
    const chunks: ListedKey[] = [];
    const sizes: number[] = [];
    const done = await replayErasures(topic, (chunk) => {
      chunks.push(...chunk);
      sizes.push(chunk.length);
      return Promise.resolve(0);
    });
    expect(done).toEqual({ records: 3, keys: 2_500, destroyed: 0, whole: true });
    expect(chunks).toEqual(keys);
    expect(sizes).toEqual([1_000, 1_000, 500]);
  });

  test('given a record that cannot be read, when replayed, then nothing is skipped: it throws and says where', async () => {
    const topic = memoryTopic();
    const appender = await topic.openAppender();
    await appender.append(0, [{ key: 'x', value: Buffer.from('{"schema_version":1}'), headers: {} }]);
    await expect(replayErasures(topic, () => Promise.resolve(0))).rejects.toThrow(ErasureListError);
    await expect(replayErasures(topic, () => Promise.resolve(0))).rejects.toThrow(/offset 0: tenant_id/);
  });

  test('given fields of a newer build, when read, then they pass', () => {
    const entry = { tenantId: tenant, reason: 'r-1', at: '2026-11-25T00:00:00Z', keys: [listedKey(1)] };
    const { value } = encodeErasure(entry);
    const newer = { ...JSON.parse(value.toString()), schema_version: 2, more: true };
    expect(decodeErasure(Buffer.from(JSON.stringify(newer)), 0)).toEqual(entry);
  });
});
