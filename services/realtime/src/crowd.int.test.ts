import { setTimeout as delay } from 'node:timers/promises';
import { eventually, testActor, threadStory } from '@threadlog/testing';
import type { Listener } from './testing/listener';
import { givenRealtime } from './testing/service';

const SOCKETS = 400;
/** The first of the large room, which has half of the sockets. */
const SLOW = 40;
const ROOM = SOCKETS / 2;
const SMALL_ROOM = 50;
const OPENED_AT_ONCE = 20;

const limits = { softBufferBytes: 64 * 1024, hardBufferBytes: 1024 * 1024 };
const BIG = 'x'.repeat(30_000);
/** A system keeps some megabytes for a socket before anything waits in ours. */
const MOST_BIG_ONES = 1_000;

const names = Array.from({ length: SOCKETS }, (_none, at) => `u${at}`);
const roomOf = (threadId: string, [owner = '', ...members]: readonly string[]) =>
  threadStory({ threadId, owner, members });
const raw = ({ socket }: Listener) =>
  (socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws;

describe('a crowd of sockets, of which some do not read', () => {
  const server = givenRealtime({ limits });
  const large = roomOf('large', names.slice(0, ROOM));
  const flooded = roomOf('flooded', names.slice(0, SLOW));
  const small = Array.from({ length: (SOCKETS - ROOM) / SMALL_ROOM }, (_none, at) =>
    roomOf(`small${at}`, names.slice(ROOM + at * SMALL_ROOM, ROOM + (at + 1) * SMALL_ROOM)),
  );
  let listeners: Listener[];

  beforeAll(async () => {
    for (const story of [large, flooded, ...small]) await server.tell(story);
    await server.project();
    listeners = [];
    const waiting = names.entries();
    const opener = async () => {
      for (const [at, name] of waiting) listeners[at] = await server.ready(testActor(name));
    };
    await Promise.all(Array.from({ length: OPENED_AT_ONCE }, opener));
  }, 120_000);

  test('keeps the others whole, and what waits for the slow ones within bounds', async () => {
    const [slow, fast] = [listeners.slice(0, SLOW), listeners.slice(SLOW)];
    for (const listener of slow) raw(listener).pause();
    let most = 0;
    const look = async () => {
      most = Math.max(most, await server.metric('realtime_waiting_bytes'));
      return server.metric('realtime_slow_sockets_total');
    };
    let bigOnes = 0;
    while ((await look()) < SLOW && bigOnes < MOST_BIG_ONES) {
      bigOnes += await flood(20);
      await postEverywhere();
      await delay(20);
    }
    expect(await look()).toBeGreaterThanOrEqual(SLOW);
    expect(most).toBeLessThan(SLOW * limits.hardBufferBytes);

    const settled = await server.metric('realtime_waiting_bytes');
    await flood(50);
    await postEverywhere();
    for (const listener of fast) await gotEverythingInOrder(listener);
    // Out of their rooms, they cost nothing more; heartbeats aside.
    expect(await server.metric('realtime_waiting_bytes')).toBeLessThan(settled + SLOW * 1_000);

    for (const listener of slow) raw(listener).resume();
    await eventually(() => slow.forEach(toldWhatIsMissing), { timeoutMs: 60_000 });
    await eventually(async () => expect(await server.metric('realtime_waiting_bytes')).toBe(0));
    large.post('somebody', 'after');
    await server.tell(large);
    for (const listener of slow) {
      await eventually(() => expect(listener.of('message:new').at(-1)).toMatchObject({ content: 'after' }));
    }
  }, 180_000);

  async function flood(messages: number): Promise<number> {
    for (let n = 0; n < messages; n++) flooded.post('u0', BIG);
    await server.tell(flooded);
    return messages;
  }

  let rounds = 0;
  async function postEverywhere(): Promise<void> {
    rounds += 1;
    for (const story of [large, ...small]) {
      story.post('somebody', `round ${rounds}`);
      await server.tell(story);
    }
  }

  async function gotEverythingInOrder(listener: Listener): Promise<void> {
    await listener.wait('message:new', rounds);
    const seqs = listener.of('message:new').map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: rounds }, (_none, index) => index + 2));
    expect(listener.of('resync')).toEqual([]);
  }

  /** By a word for each of its threads, or by a new connection without a resume. */
  function toldWhatIsMissing(listener: Listener): void {
    if (listener.of('hello').length > 1) return;
    const threads = listener.of('resync').map(({ threadId }) => threadId);
    expect(threads.sort()).toEqual(['flooded', 'large']);
  }
});
