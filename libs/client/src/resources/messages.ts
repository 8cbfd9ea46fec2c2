import type { Attachment, JsonObject, Message, MessageType } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, WriteOptions } from '../http/request.ts';
import type { Verbs } from './verbs.ts';

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
export function messagesOf({ get, post, put, patch, del, list }: Verbs) {
  return {
    list(threadId: string, query: MessageQuery & CallOptions = {}): Pages<Message> {
      const cursor = query.order === 'asc' ? 'after' : 'before';
      return list(path`/threads/${threadId}/messages`, { ...query }, { field: 'messages', cursor });
    },
    get: (threadId: string, messageId: string, options: CallOptions = {}): Promise<Message> =>
      get(at(threadId, messageId), options),
    send: (threadId: string, message: NewMessage, options: WriteOptions = {}): Promise<Message> =>
      post(path`/threads/${threadId}/messages`, options, message),
    /** One's own message. */
    edit: (threadId: string, messageId: string, change: MessageEdit, options: WriteOptions = {}): Promise<Message> =>
      patch(at(threadId, messageId), options, change),
    delete: (threadId: string, messageId: string, options: WriteOptions = {}): Promise<void> =>
      del(at(threadId, messageId), options),
    /** Its former texts, oldest first. */
    history: (threadId: string, messageId: string, query: { limit?: number } & CallOptions = {}): Pages<FormerText> =>
      list(`${at(threadId, messageId)}/history`, query, { cursor: 'after' }),
    /** For everybody. */
    pin: (threadId: string, messageId: string, options: WriteOptions = {}): Promise<Message> =>
      put(`${at(threadId, messageId)}/pin`, options),
    unpin: (threadId: string, messageId: string, options: WriteOptions = {}): Promise<void> =>
      del(`${at(threadId, messageId)}/pin`, options),
    pins: (threadId: string, query: { limit?: number } & CallOptions = {}): Pages<Message> =>
      list(path`/threads/${threadId}/pins`, query, { field: 'messages', cursor: 'before' }),
  };
}
