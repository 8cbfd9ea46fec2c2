import { tenantId, type Json, type Sealed } from '@threadlog/events';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { sealedBytes } from './blob';
import { SealingError } from './errors';
import type { KeyTarget } from './keys/keyStore';
import { createLocalMasterKey } from './keys/masterKey';
import { createMemoryKeyStore } from './keys/memoryKeyStore';
import type { SealScope } from './port';
import { createSealing } from './sealing';

const tenant = tenantId('acme');
const masterKey = createLocalMasterKey(randomBytes(32));
const target = { stream: 'acme/thread/t', eventId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10', field: 'content' };
const message: SealScope = { tenantId: tenant, authorId: 'ann', threadId: 't', month: '2026-11', learnerId: 'leo' };
const title: SealScope = { tenantId: tenant, authorId: null, threadId: 't', month: null, learnerId: 'leo' };
const profile: SealScope = { tenantId: tenant, authorId: 'ann', threadId: null, month: null, learnerId: null };

function setUp() {
  const keyStore = createMemoryKeyStore();
  const reader = () => createSealing({ keyStore, masterKey, maxKeys: 100 });
  const sealing = reader();
  const seal = async (value: Json, scope = message) => (await sealing.sealer(scope)).seal(value, target);
  /** Opens in a process that has nothing cached. */
  const openFresh = async (blob: Sealed, place: { stream: string; field: string } = target, as = tenant) => {
    const fresh = reader();
    await fresh.prepare(as, [blob, null, undefined]);
    return fresh.open(as, blob, place);
  };
  return { keyStore, sealing, reader, seal, openFresh };
}

const tampered = expect.objectContaining({ name: 'SealingError', code: 'tampered' });

describe('sealing and opening', () => {
  test.each([
    ['a message', message],
    ['a title', title],
    ['a profile', profile],
    ['a message without learner', { ...message, learnerId: null }],
    ['a message of the learner', { ...message, authorId: 'leo' }],
  ])('given %s, when sealed, then another process opens it and the text does not show', async (_, scope) => {
    const { seal, openFresh } = setUp();
    const blob = await seal('a secret word', scope);
    expect(blob.sealed).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
    expect(Buffer.from(blob.sealed.slice(3), 'base64url').includes('secret')).toBe(false);
    expect(await openFresh(blob)).toBe('a secret word');
  });

  test('given any JSON, when sealed and opened, then it is the same', async () => {
    const { sealing } = setUp();
    const sealer = await sealing.sealer(message);
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        const blob = sealer.seal(value as Json, target);
        await sealing.prepare(tenant, [blob]);
        expect(sealing.open(tenant, blob, target)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    ['', 2],
    [' ', 3],
    ['é', 4],
    [null, 4],
    ['x'.repeat(1_000), 1_002],
  ])('given %j, when sealed for whomever, then its length can be told without a key', async (value, bytes) => {
    const { seal } = setUp();
    for (const scope of [message, title, profile]) expect(sealedBytes(await seal(value, scope))).toBe(bytes);
  });

  test.each(['', 'v1.', 'v1.IiI', 'v2.AQ', 'v1.AAAA', `v1.${'A'.repeat(200)}`, 'plain'])(
    'given %j, which is no blob, then nothing is told of its length',
    (sealed) => expect(sealedBytes({ sealed })).toBeNull(),
  );

  test('given one text sealed twice, when compared, then the blobs have nothing but their header in common', async () => {
    const { seal } = setUp();
    const [a, b] = [await seal('same'), await seal('same')].map(({ sealed }) =>
      Buffer.from(sealed.slice(3), 'base64url'),
    );
    const headerEnd = 1 + 16 * 4;
    expect(a!.subarray(0, headerEnd)).toEqual(b!.subarray(0, headerEnd));
    expect(a!.subarray(headerEnd)).not.toEqual(b!.subarray(headerEnd));
  });

  test('given a sub-thread, when sealed, then destroying its root erases it', async () => {
    const { sealing, seal, openFresh } = setUp();
    const blob = await seal('in the sub-thread', { ...message, threadId: 't~sub' });
    await sealing.destroy(tenant, { kind: 'thread', id: 't' });
    expect(await openFresh(blob)).toBeUndefined();
  });
});

describe('what a blob is bound to', () => {
  test('given any other place, when opened there, then it throws', async () => {
    const { seal, openFresh } = setUp();
    const blob = await seal('text');
    const place = fc.record({ stream: fc.oneof(fc.string(), fc.constant(target.stream)), field: fc.string() });
    await fc.assert(
      fc.asyncProperty(place, async (elsewhere) => {
        fc.pre(elsewhere.stream !== target.stream || elsewhere.field !== target.field);
        await expect(openFresh(blob, elsewhere)).rejects.toEqual(tampered);
      }),
      { numRuns: 50 },
    );
  });

  test('given parts that concatenate alike, when opened with them, then it throws', async () => {
    const { sealing, openFresh } = setUp();
    const blob = (await sealing.sealer(message)).seal('x', { ...target, stream: 'ab', field: 'c' });
    await expect(openFresh(blob, { stream: 'a', field: 'bc' })).rejects.toEqual(tampered);
  });

  test("given another tenant, when it opens the blob, even with the owner's keys cached, then its key is missing", async () => {
    const { sealing, seal, openFresh } = setUp();
    const blob = await seal('text');
    await sealing.prepare(tenant, [blob]);
    expect(sealing.open(tenant, blob, target)).toBe('text');
    const stranger = tenantId('other');
    expect(() => sealing.open(stranger, blob, target)).toThrow(expect.objectContaining({ code: 'key_missing' }));
    expect(await openFresh(blob, target, stranger)).toBeUndefined();
    await sealing.prepare(stranger, [blob]);
    expect(sealing.open(stranger, blob, target)).toBeUndefined();
    expect(sealing.whyNot(stranger, blob)).toBe('key_missing');
  });

  test('given a blob, when any of its bits is changed, then it never opens', async () => {
    const { seal, reader } = setUp();
    const { sealed } = await seal('text');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    const sealing = reader();
    await sealing.prepare(tenant, [{ sealed }]);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
      const opened = () => sealing.open(tenant, { sealed: `v1.${changed.toString('base64url')}` }, target);
      expect(opened).toThrow(SealingError);
    }
    expect(sealing.open(tenant, { sealed }, target)).toBe('text');
  });

  test('given a blob, when spelled in another way or cut, then it never opens', async () => {
    const { seal, openFresh } = setUp();
    const { sealed } = await seal('text of one length');
    const spellings = [
      `${sealed}=`,
      `${sealed} `,
      `${sealed}A`,
      sealed.slice(0, -1),
      sealed.slice(0, 40),
      'v1.',
      'v2.AAAA',
      '',
    ];
    const last = sealed.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    spellings.push(...[...alphabet].filter((char) => char !== last).map((char) => sealed.slice(0, -1) + char));
    for (const spelling of spellings)
      await expect(openFresh({ sealed: spelling })).rejects.toBeInstanceOf(SealingError);
  });

  test('given a blob whose keys were not prepared, when opened, then it throws', async () => {
    const { seal, reader } = setUp();
    const blob = await seal('text');
    expect(() => reader().open(tenant, blob, target)).toThrow(expect.objectContaining({ code: 'key_missing' }));
  });
});

describe('erasure', () => {
  const targets: [string, KeyTarget][] = [
    ["the author's key", { kind: 'subject', id: 'ann' }],
    ["the learner's key", { kind: 'subject', id: 'leo' }],
    ["the month's key", { kind: 'thread_month', id: 't', month: '2026-11' }],
    ['the thread', { kind: 'thread', id: 't' }],
    ['the tenant', { kind: 'tenant' }],
  ];
  test.each(targets)('given a message, when %s is destroyed, then it is erased for everybody', async (_, gone) => {
    const { sealing, seal, openFresh } = setUp();
    const blob = await seal('text');
    await sealing.prepare(tenant, [blob]);
    expect(sealing.open(tenant, blob, target)).toBe('text');
    await sealing.destroy(tenant, gone);
    await sealing.prepare(tenant, [blob]);
    expect(sealing.open(tenant, blob, target)).toBeUndefined();
    expect(await openFresh(blob)).toBeUndefined();
  });

  test('given keys of others destroyed, when opened, then the text is there', async () => {
    const { sealing, seal, openFresh } = setUp();
    const blob = await seal('text');
    await sealing.destroy(tenant, { kind: 'subject', id: 'bob' });
    await sealing.destroy(tenant, { kind: 'thread', id: 'u' });
    await sealing.destroy(tenant, { kind: 'thread_month', id: 't', month: '2026-10' });
    await sealing.destroy(tenantId('other'), { kind: 'subject', id: 'ann' });
    expect(await openFresh(blob)).toBe('text');
  });

  test('given a destroyed month, when a title is opened or another month sealed, then both work', async () => {
    const { sealing, seal, openFresh } = setUp();
    const named = await seal('the title', title);
    await sealing.destroy(tenant, { kind: 'thread_month', id: 't', month: '2026-11' });
    expect(await openFresh(named)).toBe('the title');
    expect(await openFresh(await seal('later', { ...message, month: '2026-12' }))).toBe('later');
  });

  test.each(targets)(
    'given a message, when %s is closed, then it opens, and nothing new is sealed',
    async (_, closed) => {
      const { sealing, reader, seal, openFresh } = setUp();
      const blob = await seal('text');
      const kept = await sealing.sealer(message);
      await sealing.close(tenant, closed);
      expect(sealing.cachedSealer(message)).toBeUndefined();
      expect(() => kept.seal('more', target)).toThrow(expect.objectContaining({ code: 'expired' }));
      for (const process of [sealing, reader()])
        await expect(process.sealer(message)).rejects.toMatchObject({ problem: { code: 'subject_erased' } });
      expect(await openFresh(blob)).toBe('text');
    },
  );
});
