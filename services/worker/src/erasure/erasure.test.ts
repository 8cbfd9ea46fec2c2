import { LIMITS, tenantId } from '@threadlog/events';
import type { KeyEvidence } from '@threadlog/sealing';
import fc from 'fast-check';
import { MAX_KEYS_SHOWN, summaryOf, targetOf, waitSince } from './endKeys';
import { buildReceipt } from './receipt';
import { batchesOf } from './scrub';
import { BEGUN } from './state';

const key = (keyId: string, kind: KeyEvidence['kind'] = 'thread_month', masterVersion: string | null = 'm1') =>
  ({ keyId, kind, masterVersion, fingerprint: `f-${keyId}`, state: 'destroyed', destroyedAt: null }) as KeyEvidence;

describe('evidence of destroyed keys', () => {
  it('is the same whatever the order, and counts what it does not show', () => {
    const many = Array.from({ length: MAX_KEYS_SHOWN + 20 }, (_, at) => key(`k-${String(at).padStart(4, '0')}`));
    const all = [...many, key('z-tenant', 'tenant', 'm2'), key('y-ada', 'subject', null)];
    const summary = summaryOf(all);
    expect(summary).toEqual(summaryOf([...all].reverse()));
    expect(summary.keys).toHaveLength(MAX_KEYS_SHOWN);
    expect(summary.keys.slice(0, 2).map(({ kind }) => kind)).toEqual(['tenant', 'subject']);
    expect(summary).toMatchObject({ keyCount: all.length, masterVersions: ['m1', 'm2'] });
    expect(summary.keyDigest).not.toBe(summaryOf(all.slice(1)).keyDigest);
  });

  it('is of one key for a learner and a user of one id', () => {
    expect(targetOf({ kind: 'learner', id: 'ada' })).toEqual(targetOf({ kind: 'user', id: 'ada' }));
    expect(targetOf({ kind: 'tenant', id: 'acme' })).toEqual({ kind: 'tenant' });
  });
});

describe('messages to scrub', () => {
  it('come in batches of one thread that one command takes, each once and in order', () => {
    const found = fc.array(fc.record({ thread_id: fc.constantFrom('a', 'b', 'c'), message_index: fc.nat() }), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(found, (places) => {
        const messages = places.map((place, at) => ({ ...place, message_id: `m-${at}` }));
        const batches = batchesOf(messages);
        expect(batches.flatMap(({ messageIds }) => messageIds)).toEqual(messages.map(({ message_id }) => message_id));
        for (const { threadId, messageIds } of batches) {
          expect(messageIds.length).toBeLessThanOrEqual(LIMITS.scrubbedMessages);
          for (const id of messageIds) expect(messages[Number(id.slice(2))]!.thread_id).toBe(threadId);
        }
      }),
    );
  });
});

describe('the wait for caches', () => {
  const signal = new AbortController().signal;
  const hour = 3_600_000;

  it('is over at once where its time was long ago', async () => {
    await waitSince(0, { ms: hour, now: () => 10 * hour, signal });
  });

  it('is never longer than it is from now, whatever became of the clock', async () => {
    await waitSince(10 * hour, { ms: 1, now: () => 0, signal });
  });

  it('ends with the process', async () => {
    const stopped = AbortSignal.abort();
    await expect(waitSince(0, { ms: 1e6, now: () => 0, signal: stopped })).rejects.toThrow();
  });
});

test('a receipt says what was found, and when the end is final in backups too', () => {
  const request = {
    tenantId: tenantId('acme'),
    requestId: 'r-1',
    kind: 'deletion' as const,
    subject: { kind: 'user' as const, id: 'ada' },
    requestedBy: 'ada',
    createdAt: '2026-01-01T00:00:00.000000Z',
    executeAfter: null,
    startedAt: null,
    erasedAt: null,
  };
  const finding = { store: 'messages', what: 'messages written', checked: 3, remaining: 0, unreadable: 1 };
  const parked = Array.from({ length: 120 }, (_, at) => `acme/thread/t-${at}`);
  const receipt = buildReceipt({
    request,
    state: { ...BEGUN, ...summaryOf([key('k-1', 'subject')]), findings: [finding], parked },
    times: { started_at: '2026-01-01T00:00:01.000000Z', erased_at: '2026-01-01T00:00:02.000000Z' },
    finalAfter: [
      { masterVersion: 'm1', dueAt: new Date('2026-02-01T00:00:00Z') },
      { masterVersion: 'm0', dueAt: null },
    ],
    completedAt: Date.UTC(2026, 0, 1, 0, 0, 3),
  });
  expect(receipt).toMatchObject({
    version: 1,
    requestId: 'r-1',
    tenant: 'acme',
    subject: { kind: 'user', id: 'ada' },
    requestedAt: request.createdAt,
    startedAt: '2026-01-01T00:00:01.000000Z',
    erasedAt: '2026-01-01T00:00:02.000000Z',
    completedAt: '2026-01-01T00:00:03.000Z',
    keys: [{ keyId: 'k-1', kind: 'subject', state: 'destroyed', fingerprint: 'f-k-1', masterVersion: 'm1' }],
    stores: [finding],
    finalAfter: [
      { masterVersion: 'm1', dueAt: '2026-02-01T00:00:00.000Z' },
      { masterVersion: 'm0', dueAt: null },
    ],
    parkedCount: 120,
  });
  expect(receipt.parkedStreams).toHaveLength(100);
  expect(JSON.stringify(receipt).length).toBeLessThan(LIMITS.receiptCharacters);
});
