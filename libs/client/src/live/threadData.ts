import type { Message, Participant, Thread } from '../generated/wire.ts';
import type { Page } from '../http/pages.ts';
import type { Receipt } from '../resources/reading.ts';
import type { ThreadChanges } from '../resources/threads.ts';
import type { ReadUpTo, ThreadData } from './threadState.ts';
import { withUnread } from './unreadIn.ts';
import { withMessage, withoutMessage, type Messages } from './messages.ts';

/** From a thread and then the newest page of its messages, read in this order: the page is at least as new. */
export function loaded(me: string | null, thread: Thread, page: Page<Message>): ThreadData {
  const messages = page.items.toSorted((one, other) => one.messageIndex - other.messageIndex);
  const newestIndex = Math.max(messages.at(-1)?.messageIndex ?? 0, thread.lastMessage?.messageIndex ?? 0);
  return {
    ...{ me, thread, messages, seq: thread.seq, newestIndex },
    ...{ hasOlder: page.hasMore, olderCursor: page.nextCursor, deleted: new Set<number>() },
    receipts: receiptsOf(thread.participants, me),
    unreadCount: thread.unreadCount,
  };
}

function receiptsOf(participants: readonly Participant[], me: string | null): Map<string, ReadUpTo> {
  const read = participants.filter(({ userId, readIndex }) => readIndex > 0 || userId === me);
  return new Map(read.map(({ userId, readIndex }) => [userId, { messageIndex: readIndex, readAt: null }]));
}

/** Positions only grow. */
export function withReceipt(data: ThreadData, userId: string, read: ReadUpTo): ThreadData {
  if ((data.receipts.get(userId)?.messageIndex ?? 0) >= read.messageIndex) return data;
  return { ...data, receipts: new Map(data.receipts).set(userId, read) };
}

function withReceipts(data: ThreadData, receipts: readonly Receipt[]): ThreadData {
  return receipts.reduce(
    (next, { userId, messageIndex, readAt }) => withReceipt(next, userId, { messageIndex, readAt }),
    data,
  );
}

/** The thread read again, at least as new as what is held: with what a gap has hidden, such as who has read what. */
export function withThread(data: ThreadData, thread: Thread): ThreadData {
  if (thread.seq < data.seq) return data;
  const receipts = new Map(data.receipts);
  for (const [userId, read] of receiptsOf(thread.participants, data.me)) {
    if ((receipts.get(userId)?.messageIndex ?? -1) < read.messageIndex) receipts.set(userId, read);
  }
  return withUnread({ ...data, thread, receipts, unreadCount: thread.unreadCount }, 0);
}

/** How many are told apart from those that come back; more would be older than anything under way. */
const DELETED_REMEMBERED = 1000;

export function withDeleted(data: ThreadData, index: number): ThreadData {
  const deleted = new Set(data.deleted).add(index);
  if (deleted.size > DELETED_REMEMBERED) deleted.delete(deleted.values().next().value!);
  const newestIndex = Math.max(data.newestIndex, index);
  return { ...data, deleted, newestIndex, messages: withoutMessage(data.messages, index) };
}

/** A message in some whole state; one older than what is held is not held. */
export function withWhole(data: ThreadData, message: Message): ThreadData {
  if (message.deletedAt !== null) return withDeleted(data, message.messageIndex);
  const oldest = data.messages[0]?.messageIndex ?? 0;
  if (data.deleted.has(message.messageIndex) || (data.hasOlder && message.messageIndex < oldest)) return data;
  const messages = withMessage(data.messages, message, data.me);
  const newestIndex = Math.max(data.newestIndex, message.messageIndex);
  return messages === data.messages && newestIndex === data.newestIndex ? data : { ...data, messages, newestIndex };
}

/** An older page in front of what is held. */
export function withOlder(data: ThreadData, page: Page<Message>): ThreadData {
  const older = page.items.filter(({ messageIndex }) => !data.deleted.has(messageIndex));
  const messages = older.reduce<Messages>((held, message) => withMessage(held, message, data.me), data.messages);
  return { ...data, messages, hasOlder: page.hasMore, olderCursor: page.nextCursor };
}

/** Holds at most so many: the oldest go, and can be fetched again. */
export function trimmed(data: ThreadData, most: number): ThreadData {
  if (data.messages.length <= most) return data;
  return { ...data, messages: data.messages.slice(-most), hasOlder: true, olderCursor: null };
}

/** What `changes` answered, which leads on from `data.seq`. */
export function withChanges(data: ThreadData, changes: ThreadChanges): ThreadData {
  const { messages, participants, receipts, seq } = changes;
  const whole = messages.reduce(withWhole, data);
  const thread = changes.thread ?? whole.thread;
  const next =
    thread && participants
      ? { ...thread, participants: participants.slice(0, 20), participantCount: participants.length }
      : thread;
  return { ...withReceipts(whole, receipts), thread: next, seq: Math.max(data.seq, seq) };
}
