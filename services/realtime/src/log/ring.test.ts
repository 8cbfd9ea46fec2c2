import { encodeEvent, type ChatEvent } from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TENANT, createWorld, creation, message } from '../testing/world';
import { headOf } from '../records';
import { createRing, type Ring } from './ring';

const MEMBERSHIP = new Set(['CHAT_THREAD_CREATED', 'CHAT_PARTICIPANT_ADDED']);

function ringOf(options: Partial<Parameters<typeof createRing>[0]> = {}): Ring {
  return createRing({ start: 0, maxBytes: 1e9, maxEvents: 1e9, membershipTypes: MEMBERSHIP, ...options });
}

function push(ring: Ring, offset: number, event: ChatEvent): void {
  const { value, headers } = encodeEvent(event);
  ring.push({ offset, value }, headOf({ partition: 0, offset, key: '', value, headers }));
}

const seqs = (events: ChatEvent[] | null) => events?.map((event) => event.stream_version) ?? null;

/** Bytes of buffers that are still in use. */
function collectedArrayBuffers(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

describe('a ring', () => {
  test('given a few threads and room for some events, then it holds exactly the newest, and says so', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 12 }),
        async (threads, maxEvents, since) => {
          const world = await createWorld({ partitions: 1 });
          const ring = ringOf({ maxEvents });
          const all = threads.map((thread) => {
            const index = world.of(`t${thread}`).length + 1;
            return world.tell(`t${thread}`, 'CHAT_MESSAGE_CREATED', message(index, 'text'));
          });
          for (const { offset, event } of all) push(ring, offset, event);
          const kept = all.slice(Math.max(0, all.length - maxEvents));
          expect(ring).toMatchObject({ end: all.length, start: all.length - kept.length });
          for (const threadId of ['t0', 't1', 't2', 't3']) {
            const own = kept.filter(({ event }) => event.stream_id === threadId).map(({ event }) => event);
            const last = own.at(-1)?.stream_version ?? null;
            const missed = own.filter((event) => event.stream_version > since);
            const whole = last !== null && (last <= since || own[0]!.stream_version <= since + 1);
            expect(ring.lastSeq(TENANT, threadId)).toBe(last);
            expect(seqs(ring.after(TENANT, threadId, since))).toEqual(whole ? seqs(missed) : null);
            expect(seqs(ring.since(TENANT, threadId, ring.start))).toEqual(seqs(own));
          }
        },
      ),
    );
  });

  test('is bounded in bytes', async () => {
    const world = await createWorld({ partitions: 1 });
    const ring = ringOf({ maxBytes: 3_000 });
    for (let n = 1; n <= 50; n++) {
      const { offset, event } = world.tell('t', 'CHAT_MESSAGE_CREATED', message(n, 'x'.repeat(200)));
      push(ring, offset, event);
      expect(ring.bytes).toBeLessThanOrEqual(3_000);
    }
    expect(ring.lastSeq(TENANT, 't')).toBe(50);
  });

  test('given small events between much else that is short-lived, then no more memory is kept than the ring counts', async () => {
    const world = await createWorld({ partitions: 1 });
    const ring = ringOf({ maxBytes: 400_000 });
    const arrayBuffers = collectedArrayBuffers();
    const { event } = world.tell('t', 'CHAT_MESSAGE_CREATED', message(1, 'text'));
    for (let offset = 0; offset < 1_000; offset++) {
      push(ring, offset, event);
      for (let other = 0; other < 16; other++) Buffer.from('x'.repeat(4_096));
    }
    expect(ring.bytes).toBeGreaterThan(350_000);
    // What is no longer used is freed beside the program: it may take some collections until it is counted off.
    await eventually(() => expect(collectedArrayBuffers() - arrayBuffers).toBeLessThan(4 * ring.bytes));
    expect(ring.end).toBe(1_000);
  });

  test('keeps membership at hand, by tenant and offset, as long as the events', async () => {
    const world = await createWorld({ partitions: 1 });
    const ring = ringOf({ maxEvents: 2 });
    const told = [
      world.tell('a', 'CHAT_THREAD_CREATED', creation('ada')),
      world.tell('b', 'CHAT_THREAD_CREATED', creation('ada')),
      world.tell('b', 'CHAT_PARTICIPANT_ADDED', { user_id: 'ben', role: 'member', visible_from_index: 1 }),
    ];
    for (const { offset, event } of told) push(ring, offset, event);
    expect(ring.membershipSince(TENANT, 0)).toEqual([told[1]!.event, told[2]!.event]);
    expect(ring.membershipSince(TENANT, 2)).toEqual([told[2]!.event]);
    expect(ring.membershipSince('globex' as typeof TENANT, 0)).toEqual([]);
  });

  test('counts events that it cannot read, and never passes one off as another', async () => {
    const world = await createWorld({ partitions: 1 });
    const ring = ringOf();
    for (let n = 1; n <= 3; n++) {
      const { offset, event } = world.tell('t', 'CHAT_MESSAGE_CREATED', message(n, 'text'));
      push(ring, offset, event);
    }
    const head = { tenantId: TENANT, type: 'CHAT_NEW', streamType: 'thread' as const, streamId: 't', threadId: 't' };
    ring.push({ offset: 3, value: Buffer.from('{"event_type":"CHAT_NEW","stream_version":4}') }, head);
    expect(seqs(ring.after(TENANT, 't', 1))).toEqual([2, 3]);
    expect(ring.hasUnreadable(TENANT, 't', 1)).toBe(false);
    ring.push({ offset: 4, value: Buffer.from('not JSON') }, head);
    expect(ring.lastSeq(TENANT, 't')).toBe(5);
    expect(ring.after(TENANT, 't', 1)).toBeNull();
    expect([1, 4, 5].map((seq) => ring.hasUnreadable(TENANT, 't', seq))).toEqual([true, true, false]);
    expect(ring.hasUnreadable(TENANT, 'other', 0)).toBe(false);
  });

  test('moves over offsets that nobody sees', () => {
    const ring = ringOf({ start: 5 });
    ring.skipTo(9);
    ring.skipTo(7);
    ring.push({ offset: 9, value: Buffer.alloc(0) }, null);
    expect(ring).toMatchObject({ start: 5, end: 10, bytes: 0 });
  });
});
