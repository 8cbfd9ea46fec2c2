import type { Attachment, JsonObject, Message, MessageType } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, Http, WriteOptions } from '../http/request.ts';
import { listOf } from './paging.ts';

export interface MessageQuery {
  /** 1 to 200; 50 where nothing is said. */
  limit?: number;
  before?: string;
  after?: string;
  /** By `messageIndex`; `desc`, the newest first, where nothing is said. */
  order?: 'asc' | 'desc';
  includeDeleted?: boolean;
}

export interface NewMessage {
  /** May be empty where there is an attachment. */
  content?: string | null;
  messageType?: MessageType;
  attachments?: Attachment[];
  metadata?: JsonObject | null;
  replyTo?: string | null;
  mentions?: string[];
  /** The caller's own id of it, which comes back with the message. */
  clientMessageId?: string;
}

export interface MessageEdit {
  content?: string | null;
  metadata?: JsonObject | null;
  attachments?: Attachment[];
  mentions?: string[];
}

/** What a message said before its edits. */
export interface FormerText {
  edit: number;
  content: string;
  contentState?: Message['contentState'];
  editedAt: string;
}

const at = (threadId: string, messageId: string) => path`/threads/${threadId}/messages/${messageId}`;

/** `/threads/{id}/messages`. */
export function messagesOf(http: Http) {
  return {
    list(threadId: string, { signal, ...query }: MessageQuery & CallOptions = {}): Pages<Message> {
      const cursor = query.order === 'asc' ? 'after' : 'before';
      return listOf(http, {
        path: path`/threads/${threadId}/messages`,
        query: { ...query },
        field: 'messages',
        cursor,
        threadId,
        signal,
      });
    },
    get: (threadId: string, messageId: string, options: CallOptions = {}): Promise<Message> =>
      http.request({ ...options, method: 'GET', path: at(threadId, messageId), threadId }),
    send: (threadId: string, message: NewMessage, options: WriteOptions = {}): Promise<Message> =>
      http.request({ ...options, method: 'POST', path: path`/threads/${threadId}/messages`, body: message, threadId }),
    /** One's own message. */
    edit: (threadId: string, messageId: string, change: MessageEdit, options: WriteOptions = {}): Promise<Message> =>
      http.request({ ...options, method: 'PATCH', path: at(threadId, messageId), body: change, threadId }),
    delete: (threadId: string, messageId: string, options: WriteOptions = {}): Promise<void> =>
      http.request({ ...options, method: 'DELETE', path: at(threadId, messageId), threadId }),
    /** Its former texts, oldest first. */
    history: (
      threadId: string,
      messageId: string,
      { signal, ...query }: { limit?: number } & CallOptions = {},
    ): Pages<FormerText> =>
      listOf(http, {
        path: `${at(threadId, messageId)}/history`,
        query,
        field: 'items',
        cursor: 'after',
        threadId,
        signal,
      }),
    /** For everybody. */
    pin: (threadId: string, messageId: string, options: WriteOptions = {}): Promise<Message> =>
      http.request({ ...options, method: 'PUT', path: `${at(threadId, messageId)}/pin`, threadId }),
    unpin: (threadId: string, messageId: string, options: WriteOptions = {}): Promise<void> =>
      http.request({ ...options, method: 'DELETE', path: `${at(threadId, messageId)}/pin`, threadId }),
    pins: (threadId: string, { signal, ...query }: { limit?: number } & CallOptions = {}): Pages<Message> =>
      listOf(http, {
        path: path`/threads/${threadId}/pins`,
        query,
        field: 'messages',
        cursor: 'before',
        threadId,
        signal,
      }),
  };
}
