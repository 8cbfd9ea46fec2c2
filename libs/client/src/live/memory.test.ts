import type { Message, Thread } from '../generated/wire.ts';
import type { Core } from './core.ts';
import type { Frame } from './frames.ts';
import type { ConnectionListener } from './link.ts';
import { createThreadView } from './threadView.ts';

const RECEIVED = 100_000;
const WINDOW = 200;
const PLACE = { conversationId: 't1', threadId: 't1' };

const message = (n: number): Message => ({
  ...{ ...PLACE, id: `m${n}`, seq: n, messageIndex: n, senderId: `user ${n % 50}`, senderType: 'user' },
  ...{ sender: { displayName: null, avatarUrl: null }, messageType: 'text', content: `text ${n}`, attachments: [] },
  ...{ metadata: null, replyTo: null, mentions: [], reactions: [], edited: false, edit: 0, pinned: false },
  ...{ createdAt: '', updatedAt: '', deletedAt: null, clientMessageId: `key ${n}` },
});

/** A view of an empty thread, on a connection that the test is the server of. */
async function given() {
  let listener: ConnectionListener | null = null;
  const tell = (frame: Frame) => listener!.frame(frame);
  const thread = { id: 't1', seq: 0, participants: [], participantCount: 30, lastMessage: null, unreadCount: 0 };
  const page = { items: [], hasMore: false, nextCursor: null, prevCursor: null };
  const core = {
    threads: { get: () => Promise.resolve(thread as unknown as Thread) },
    messages: { list: () => ({ page: () => Promise.resolve(page) }) },
    connection: {
      ...{ up: true, me: 'ann' },
      retain(given: ConnectionListener) {
        listener = given;
        return () => (listener = null);
      },
    },
    rooms: {
      enter: () => () => undefined,
      join: () => Promise.resolve(tell({ name: 'resumed', payload: { ...PLACE, seq: 0 } })),
    },
    ...{ report: () => undefined, sendingHeld: () => false },
  } as unknown as Core;
  const view = createThreadView(core, 't1');
  let told = 0;
  const stop = view.subscribe(() => (told += 1));
  await jest.advanceTimersByTimeAsync(1000);
  expect(view.getSnapshot().status).toBe('live');
  return { view, tell, stop, told: () => told };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it(`holds no more after ${RECEIVED} messages than after a thousand`, async () => {
  const { view, tell, stop, told } = await given();
  const held = () => {
    const { messages, drafts, typing, receipts } = view.getSnapshot();
    return { messages: messages.length, drafts: drafts.length, typing: typing.length, receipts: receipts.size };
  };
  let early: object | null = null;
  for (let n = 1; n <= RECEIVED; n++) {
    const userId = `user ${n % 50}`;
    if (n % 10 === 5) {
      tell({ name: 'user:typing', payload: { ...PLACE, userId, isTyping: true } });
      tell({ name: 'agent:text', payload: { ...PLACE, runId: `r${n}`, n: 1, op: 'replace', text: 'It' } });
      tell({ name: 'message:read', payload: { ...PLACE, messageId: `m${n}`, userId, messageIndex: n, readAt: '' } });
    }
    tell({ name: 'message:new', payload: message(n) });
    if (n % 10 === 0)
      tell({ name: 'message:deleted', payload: { ...PLACE, messageId: '', messageIndex: n, seq: n, deletedAt: '' } });
    if (n === 1000) early = held();
    // As a user interface does.
    if (n % 100 === 0) view.getSnapshot();
  }
  expect(held()).toEqual(early);
  expect(held().messages).toBeLessThanOrEqual(WINDOW);
  expect(view.getSnapshot().messages.at(-1)).toMatchObject({ messageIndex: RECEIVED - 1 });
  // Listeners hear of a burst once.
  await jest.advanceTimersByTimeAsync(0);
  expect(told()).toBeLessThan(10);
  stop();
  expect(jest.getTimerCount()).toBe(0);
});
