import fc from 'fast-check';
import { ChatError } from '../errors.ts';
import type { Message } from '../generated/wire.ts';
import type { Frame } from './frames.ts';
import { createSync } from './sync.ts';
import type { ViewStatus } from './syncRun.ts';
import { createThreadServer, type Resume } from './testing/threadServer.ts';
import { trimmed } from './threadData.ts';
import type { ThreadData } from './threadState.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A view of a thread of this server. */
function viewOf(server: ReturnType<typeof createThreadServer>, most = 100_000) {
  let data: ThreadData | null = null;
  let status: ViewStatus = 'connecting';
  const sync = createSync({
    api: server.api,
    up: server.connected,
    me: () => 'ann',
    get: () => data,
    set: (next) => void (data = next),
    status: (next) => void (status = next),
    bound: (next) => trimmed(next, most),
  });
  return {
    sync,
    data: () => data,
    status: () => status,
    connect() {
      if (server.connected()) return;
      server.connect((frame: Frame) => sync.frame(frame));
      sync.start();
    },
    disconnect() {
      server.disconnect();
      sync.pause();
    },
  };
}

const RESUMES: Resume[] = ['raw', 'folded', 'resync', 'resync-unknown', 'lost', 'refused'];
const place = fc.nat({ max: 3 });
/** Of what went out already. */
const anyPlace = fc.nat({ max: 50 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('post' as const), by: fc.constantFrom('ann', 'ben') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('edit' as const, 'pin' as const, 'repeat' as const, 'repeat' as const),
      at: place,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), at: anyPlace }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('react' as const),
      at: place,
      by: fc.constantFrom('ann', 'ben'),
      emoji: fc.constantFrom('👍', '🎉'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fold' as const), events: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('connect' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disconnect' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resume' as const), how: fc.constantFrom(...RESUMES) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('slow' as const), ms: fc.constantFrom(0, 30, 400) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 20, 100, 5000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

async function take(
  server: ReturnType<typeof createThreadServer>,
  view: ReturnType<typeof viewOf>,
  one: Step,
): Promise<void> {
  if (one.kind === 'post') server.post(one.by);
  else if (one.kind === 'react') server.react(one.at, one.by, one.emoji);
  else if (one.kind === 'fold') server.fold(one.events);
  else if (one.kind === 'resume') server.resumeBy(one.how);
  else if (one.kind === 'slow') server.slow(one.ms);
  else if (one.kind === 'wait') await jest.advanceTimersByTimeAsync(one.ms);
  else if (one.kind === 'connect') view.connect();
  else if (one.kind === 'disconnect') view.disconnect();
  else server[one.kind](one.at);
}

/** Everything but whose a reaction is and the order in which emojis stand. */
const shown = (messages: readonly Message[]) =>
  messages.map(({ reactions, ...message }) => ({
    ...message,
    reactions: reactions
      .map(({ emoji, count, userIds }) => `${emoji} ${count} ${userIds.toSorted().join()}`)
      .toSorted(),
  }));

it('holds what the server has, whatever was lost, came twice, late or in whole states', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
      const server = createThreadServer();
      const view = viewOf(server);
      view.sync.start();
      for (const one of steps) await take(server, view, one);
      // The network comes back, and the read model catches up.
      if (!server.connected()) view.connect();
      server.resumeBy('raw');
      server.fold(Infinity);
      await jest.advanceTimersByTimeAsync(120_000);
      expect(view.status()).toBe('live');
      expect(shown(view.data()!.messages)).toEqual(shown(server.history()));
      expect(view.data()!.seq).toBe(server.length());
      view.sync.stop();
    }),
    { numRuns: 1000 },
  );
});

const ben = { messageIndex: 1, readAt: '2026-01-01T00:00:00.000Z' };
const benRead: Frame = {
  name: 'message:read',
  payload: { conversationId: 't1', threadId: 't1', messageId: 'm1', userId: 'ben', ...ben },
};

it('keeps what is told of reading while the thread is read for the first time', async () => {
  const server = createThreadServer();
  const view = viewOf(server);
  server.post('ann');
  server.fold(Infinity);
  server.slow(100);
  view.connect();
  view.sync.frame(benRead);
  await jest.advanceTimersByTimeAsync(1000);
  expect(view.status()).toBe('live');
  expect(view.data()!.receipts.get('ben')).toEqual(ben);
});

it('asks who has read what where the thread was read before the socket stood', async () => {
  const server = createThreadServer();
  server.post('ann');
  server.fold(Infinity);
  let readIndex = 0;
  const { thread } = server.api;
  server.api.thread = async (signal) => {
    const participant = { userId: 'ben', role: 'member', displayName: null, avatarUrl: null, readIndex } as const;
    return { ...(await thread(signal)), participants: [participant] };
  };
  const view = viewOf(server);
  server.slow(100);
  view.sync.start();
  await jest.advanceTimersByTimeAsync(150);
  // The thread is read, its messages are not. Told to sockets, of which there is none here yet.
  expect(view.data()).toBeNull();
  readIndex = 1;
  view.connect();
  await jest.advanceTimersByTimeAsync(1000);
  expect(view.status()).toBe('live');
  expect(view.data()!.receipts.get('ben')?.messageIndex).toBe(1);
});

it.each([
  [true, ['connecting', 'live']],
  [false, ['gone', 'gone']],
])(
  'takes a thread that the read model does not have for one that is to come: %p, where the socket told of it',
  async (isThere, expected) => {
    const server = createThreadServer();
    const { thread } = server.api;
    let absent = true;
    server.api.thread = (signal) =>
      absent ? Promise.reject(new ChatError('not_found', 'no', { status: 404 })) : thread(signal);
    const view = viewOf(server);
    server.connect((frame: Frame) => view.sync.frame(frame));
    view.sync.start(isThere);
    await jest.advanceTimersByTimeAsync(500);
    expect(view.status()).toBe(expected[0]);
    absent = false;
    await jest.advanceTimersByTimeAsync(5000);
    expect(view.status()).toBe(expected[1]);
  },
);

it('gives up a thread that was told of, and is not there for long', async () => {
  const server = createThreadServer();
  server.api.thread = () => Promise.reject(new ChatError('not_found', 'no', { status: 404 }));
  const view = viewOf(server);
  server.connect((frame: Frame) => view.sync.frame(frame));
  view.sync.start(true);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(view.status()).toBe('gone');
});

it('asks again where a message skips an index, and shows none before what is missing', async () => {
  const server = createThreadServer();
  const view = viewOf(server);
  view.connect();
  await jest.advanceTimersByTimeAsync(10);
  server.disconnect();
  server.post('ben');
  server.connect((frame) => view.sync.frame(frame));
  server.post('ben');
  expect(view.data()!.messages).toEqual([]);
  await jest.advanceTimersByTimeAsync(10);
  expect(view.data()!.messages.map(({ messageIndex }) => messageIndex)).toEqual([1, 2]);
});

it('holds a bounded number of messages, however many come, live or in a resume', async () => {
  const server = createThreadServer();
  const view = viewOf(server, 200);
  view.connect();
  await jest.advanceTimersByTimeAsync(10);
  for (let count = 0; count < 1500; count++) server.post('ben');
  view.disconnect();
  for (let count = 0; count < 1500; count++) server.post('ben');
  view.connect();
  await jest.advanceTimersByTimeAsync(10);
  const indexes = view.data()!.messages.map(({ messageIndex }) => messageIndex);
  expect(indexes).toEqual(Array.from({ length: 200 }, (_, at) => 2801 + at));
  expect(view.data()!.hasOlder).toBe(true);
});
