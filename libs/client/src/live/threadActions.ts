import type { Message } from '../generated/wire.ts';
import type { Page } from '../http/pages.ts';
import type { WriteOptions } from '../http/request.ts';
import type { MessageEdit, NewMessage } from '../resources/messages.ts';
import type { ReadPosition } from '../resources/reading.ts';
import type { Sending } from './outgoing.ts';
import { withOlder, withReceipt, withWhole } from './threadData.ts';
import type { ThreadParts } from './threadParts.ts';
import type { ThreadData } from './threadState.ts';

/** What a user does in a thread. */
export interface ThreadActions {
  /** Shows the message at once; `sent` tells what became of it. */
  send(message: string | NewMessage): Sending;
  /** Sends one that failed again; null where there is no such. */
  retry(localId: string): Sending | null;
  /** Takes one that waits or failed away. */
  discard(localId: string): void;
  edit(messageId: string, change: string | MessageEdit, options?: WriteOptions): Promise<Message>;
  delete(messageId: string, options?: WriteOptions): Promise<void>;
  react(messageId: string, emoji: string): Promise<void>;
  unreact(messageId: string, emoji: string): Promise<void>;
  pin(messageId: string): Promise<void>;
  unpin(messageId: string): Promise<void>;
  /** Up to a message, or up to the newest; several calls at a time become one. */
  markRead(messageId?: string): Promise<void>;
  /** Tells the others; say it with each key, it is passed on every few seconds. */
  setTyping(isTyping: boolean): void;
  /** Fetches older messages in front of those held. Resolves with whether there are more. */
  loadOlder(limit?: number): Promise<boolean>;
}

export function threadActions(parts: ThreadParts): ThreadActions {
  const { core, threadId, outgoing } = parts;
  const { messages, reactions } = core;
  return {
    send: (message) => outgoing.send(typeof message === 'string' ? { content: message } : message),
    retry: outgoing.retry,
    discard: outgoing.discard,
    async edit(messageId, change, options) {
      const input = typeof change === 'string' ? { content: change } : change;
      return show(parts, await messages.edit(threadId, messageId, input, options));
    },
    delete: (messageId, options) => messages.delete(threadId, messageId, options),
    async react(messageId, emoji) {
      show(parts, await reactions.add(threadId, messageId, emoji));
    },
    unreact: (messageId, emoji) => reactions.remove(threadId, messageId, emoji),
    async pin(messageId) {
      show(parts, await messages.pin(threadId, messageId));
    },
    unpin: (messageId) => messages.unpin(threadId, messageId),
    markRead: createMarkRead(parts),
    setTyping: createSetTyping(parts),
    loadOlder: (limit) => loadOlder(parts, limit),
  };
}

/** An answer is at least as new as what is held of the message, or does not count. */
export function show(parts: ThreadParts, message: Message): Message {
  if (parts.data) parts.data = withWhole(parts.data, message);
  parts.store.changed();
  return message;
}

function createMarkRead(parts: ThreadParts): ThreadActions['markRead'] {
  const { core, threadId } = parts;
  let running: Promise<void> | null = null;
  let next: { messageId: string | undefined; promise: Promise<void> } | null = null;
  const mark = async (messageId: string | undefined) => {
    readUpTo(parts, await core.reading.markRead(threadId, messageId));
  };
  const begin = (messageId: string | undefined): Promise<void> => {
    running = mark(messageId).finally(() => (running = null));
    return running;
  };
  return (messageId) => {
    if (!running) return begin(messageId);
    if (next) next.messageId = messageId;
    else {
      const turn = () => {
        const asked = next?.messageId;
        next = null;
        return begin(asked);
      };
      next = { messageId, promise: running.then(turn, turn) };
    }
    return next.promise;
  };
}

function readUpTo(parts: ThreadParts, { messageIndex, readAt, unreadCount }: ReadPosition): void {
  const { data } = parts;
  if (!data || data.me === null) return;
  parts.data = { ...withReceipt(data, data.me, { messageIndex, readAt }), unreadCount };
  parts.store.changed();
}

/** Others hold a sign of typing for 6 seconds; the server passes on one in 2. */
const TYPING_EVERY_MS = 2500;

function createSetTyping({ core, threadId }: ThreadParts): ThreadActions['setTyping'] {
  let saidAt: number | null = null;
  return (isTyping) => {
    const now = Date.now();
    if (isTyping ? saidAt !== null && Math.abs(now - saidAt) < TYPING_EVERY_MS : saidAt === null) return;
    saidAt = isTyping ? now : null;
    // A sign that is lost is worth nothing a moment later.
    core.connection.command('typing', { conversationId: threadId, isTyping }).catch(() => undefined);
  };
}

/** Held at most, however much is asked for. */
const MOST_LOADED = 5000;
const WALK_LIMIT = 200;

async function loadOlder(parts: ThreadParts, limit = 50): Promise<boolean> {
  const { data } = parts;
  if (!data?.hasOlder) return false;
  if (parts.loadingOlder || data.messages.length >= MOST_LOADED) return true;
  const loading = (is: boolean) => {
    parts.loadingOlder = is;
    parts.store.changed();
  };
  loading(true);
  try {
    addOlder(parts, data, await pageBefore(parts, data, limit));
  } finally {
    loading(false);
  }
  return parts.data?.hasOlder === true;
}

function addOlder(parts: ThreadParts, from: ThreadData, page: Page<Message>): void {
  // Trimmed or read again meanwhile: this page would leave a hole.
  if (!parts.data || parts.data.messages[0]?.messageIndex !== from.messages[0]?.messageIndex) return;
  parts.data = withOlder(parts.data, page);
  parts.most = Math.min(MOST_LOADED, Math.max(parts.most, parts.data.messages.length));
}

/** The page in front of what is held. After trimming its place is not known: walked to from the newest. */
async function pageBefore({ core, threadId }: ThreadParts, { messages, olderCursor }: ThreadData, limit: number) {
  const oldest = messages[0]?.messageIndex ?? 0;
  let cursor = olderCursor ?? undefined;
  for (;;) {
    const page = await core.messages.list(threadId, { before: cursor, limit: cursor ? limit : WALK_LIMIT }).page();
    const reached = page.items.some(({ messageIndex }) => messageIndex < oldest);
    if (reached || !page.hasMore || page.nextCursor === null) return page;
    cursor = page.nextCursor;
  }
}
