import { path } from '../http/paths.ts';
import type { CallOptions, Http, WriteOptions } from '../http/request.ts';

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
export function readingOf(http: Http) {
  return {
    /** Up to this message, or up to the newest. A position only ever grows. */
    markRead: (threadId: string, messageId?: string | null, options: WriteOptions = {}): Promise<ReadPosition> =>
      http.request({
        ...options,
        method: 'PUT',
        path: path`/threads/${threadId}/read`,
        body: messageId ? { messageId } : {},
        threadId,
      }),
    async receipts(threadId: string, options: CallOptions = {}): Promise<Receipt[]> {
      const request = { ...options, method: 'GET', path: path`/threads/${threadId}/receipts`, threadId } as const;
      return (await http.request<{ items: Receipt[] }>(request)).items;
    },
    unread: (options: CallOptions = {}): Promise<Unread> =>
      http.request({ ...options, method: 'GET', path: '/unread' }),
  };
}
