import { ChatError } from '../errors.ts';
import type { Message } from '../generated/wire.ts';
import { createOutgoing } from './outgoing.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const refused = new ChatError('forbidden', 'no', { status: 403 });
const away = new ChatError('network', 'away', { retryable: true });

/** A queue over a network that does what `answer` says with each attempt. */
function given(answer: (content: string, n: number) => ChatError | null) {
  const posts: { content: string; key: string }[] = [];
  const posted: string[] = [];
  const state = { open: true, now: Date.parse('2026-01-01T00:00:00Z') };
  const queue = createOutgoing({
    threadId: 't1',
    async post({ content, clientMessageId }, { idempotencyKey }) {
      posts.push({ content: content!, key: idempotencyKey });
      const failure = answer(content!, posts.length);
      if (failure) throw failure;
      return { id: `m${posts.length}`, content, clientMessageId } as Message;
    },
    posted: (message) => void posted.push(message.content!),
    changed: () => undefined,
    open: () => state.open,
    now: () => state.now,
  });
  return { queue, posts, posted, state };
}

it('sends one after the other, and holds the next back while one waits for the network', async () => {
  const { queue, posts, posted } = given((_, n) => (n <= 3 ? away : null));
  const sends = ['a', 'b', 'c'].map((content) => queue.send({ content }));
  await jest.advanceTimersByTimeAsync(60_000);
  await expect(Promise.all(sends.map(({ sent }) => sent))).resolves.toHaveLength(3);
  expect(posts.map(({ content }) => content)).toEqual(['a', 'a', 'a', 'a', 'b', 'c']);
  expect(new Set(posts.slice(0, 4).map(({ key }) => key)).size).toBe(1);
  expect(posted).toEqual(['a', 'b', 'c']);
  expect(queue.entries).toEqual([]);
});

it('fails at once what is refused, goes on with the next, and sends it again as the same message when told to', async () => {
  let refusing = true;
  const { queue, posts } = given((content) => (content === 'a' && refusing ? refused : null));
  const first = queue.send({ content: 'a' });
  const second = queue.send({ content: 'b' });
  await expect(first.sent).rejects.toBe(refused);
  await expect(second.sent).resolves.toMatchObject({ content: 'b' });
  expect(queue.entries).toMatchObject([{ localId: first.localId, state: 'failed', error: refused }]);
  expect(queue.retry('nobody')).toBeNull();
  refusing = false;
  const again = queue.retry(first.localId)!;
  expect(again.localId).toBe(first.localId);
  await again.sent;
  expect(posts.map(({ content }) => content)).toEqual(['a', 'b', 'a']);
  expect(posts[2]!.key).toBe(posts[0]!.key);
});

it('does not send by itself what waited for longer than keys count, and sends it as a new message when told to', async () => {
  const { queue, posts, state } = given(() => null);
  state.open = false;
  const { localId, sent } = queue.send({ content: 'a' });
  state.now += 25 * 3_600_000;
  state.open = true;
  queue.wake();
  await expect(sent).rejects.toMatchObject({ code: 'expired' });
  expect(posts).toEqual([]);
  const again = queue.retry(localId)!;
  await again.sent;
  expect(again.localId).not.toBe(localId);
  expect(posts).toEqual([{ content: 'a', key: again.localId }]);
});

it('settles one whose answer is lost when the message comes by the socket', async () => {
  const { queue, posts, posted } = given(() => away);
  const { localId, sent } = queue.send({ content: 'a' });
  await jest.advanceTimersByTimeAsync(1);
  queue.arrived({ id: 'm1', content: 'a', clientMessageId: localId } as Message);
  await expect(sent).resolves.toMatchObject({ id: 'm1' });
  await jest.advanceTimersByTimeAsync(60_000);
  expect([posts.length, posted, queue.entries]).toEqual([1, ['a'], []]);
});

it('lets go of one that is discarded, and takes no more than it can hold', async () => {
  const { queue, state, posts } = given(() => null);
  state.open = false;
  const sends = Array.from({ length: 100 }, (_, n) => queue.send({ content: `${n}` }));
  expect(() => queue.send({ content: 'one more' })).toThrow(expect.objectContaining({ code: 'queue_full' }));
  queue.discard(sends[0]!.localId);
  await expect(sends[0]!.sent).rejects.toMatchObject({ code: 'aborted' });
  state.open = true;
  queue.wake();
  await sends[99]!.sent;
  expect(posts.map(({ content }) => content)).toEqual(Array.from({ length: 99 }, (_, n) => `${n + 1}`));
});
