import { path } from '../http/paths.ts';
import type { CallOptions, WriteOptions } from '../http/request.ts';
import type { Verbs } from './verbs.ts';

/** How far somebody has read. */
export interface Receipt {
  userId: string;
  messageId: string;
  messageIndex: number;
  readAt: string;
}

export interface ReadPosition {
  threadId: string;
  conversationId: string;
  messageId: string | null;
  messageIndex: number;
  readAt: string | null;
  unreadCount: number;
}

export interface Unread {
  /** Over the threads that are neither muted nor hidden. */
  total: number;
  threads: { threadId: string; unreadCount: number; muted?: boolean; hidden?: boolean }[];
}

/** Read positions, receipts, what is unread. */
export function readingOf({ get, put, all }: Verbs) {
  return {
    /** Up to this message, or up to the newest. A position only ever grows. */
    markRead: (threadId: string, messageId?: string | null, options: WriteOptions = {}): Promise<ReadPosition> =>
      put(path`/threads/${threadId}/read`, options, messageId ? { messageId } : {}),
    receipts: async (threadId: string, options: CallOptions = {}): Promise<Receipt[]> =>
      all(path`/threads/${threadId}/receipts`, options),
    unread: (options: CallOptions = {}): Promise<Unread> => get('/unread', options),
  };
}
