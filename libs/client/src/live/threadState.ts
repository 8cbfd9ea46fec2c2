import type { Thread } from '../generated/wire.ts';
import type { Messages } from './messages.ts';

/** How far somebody has read. */
export interface ReadUpTo {
  messageIndex: number;
  readAt: string | null;
}

/** What is held of a thread. Immutable: parts that did not change stay the same objects. */
export interface ThreadData {
  me: string | null;
  thread: Thread | null;
  messages: Messages;
  /** Everything up to this event of the thread is in here. */
  seq: number;
  /** The highest index that was heard of, deleted messages too. */
  newestIndex: number;
  hasOlder: boolean;
  /** Goes on behind the oldest message held; null where it is not known. */
  olderCursor: string | null;
  receipts: ReadonlyMap<string, ReadUpTo>;
  unreadCount: number;
  /** Indexes of messages that were deleted, so that no page that was under way brings one back. */
  deleted: ReadonlySet<number>;
}
