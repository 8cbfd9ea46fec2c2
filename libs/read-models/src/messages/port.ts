import type { TenantId } from '@threadlog/events';
import type { MessageEditRow, MessageRow } from '../projections';
import type { PrivacyLogs } from './privacyLogs';

/** Place of a message: its store's primary key. */
export type MessageKey = Pick<MessageRow, 'tenant_id' | 'thread_id' | 'message_index'>;

/** The text of a message and no more of it. */
export type MessageText = MessageKey & Pick<MessageRow, 'content' | 'deleted_at'>;

/** A row as it was written, and what stood there before. */
export interface MessageWrite {
  written: MessageRow;
  before: MessageRow | null;
}

export interface MessagePageOptions {
  /** Only messages of a lower, of a higher index than this. */
  before?: number | undefined;
  after?: number | undefined;
  /** At most this many rows; ask for one more than a page to learn whether there is a next one. */
  limit: number;
  /** By message index. */
  order: 'asc' | 'desc';
  /** Tombstones too; their text is gone. */
  includeDeleted?: boolean | undefined;
  /** The first index that the viewer may see; 1 when all. */
  visibleFrom?: number | undefined;
}

/** A message, and how often it was edited. */
export type EditedMessage = MessageKey & Pick<MessageRow, 'edit'>;

export interface EditPageOptions {
  /** Only texts that stood there after this many edits. */
  after?: number | undefined;
  limit: number;
}

export type PinnedOptions = Pick<MessagePageOptions, 'before' | 'limit' | 'visibleFrom'>;

/** Messages by their author, by their threads, or by both at once. At least one of the two is given. */
export interface TextScope {
  senderId?: string | undefined;
  threadIds?: readonly string[] | undefined;
}

/** How many messages there are, deleted ones too, and how many rows, theirs and of former texts, still hold a sealed text of any kind. */
export interface TextCount {
  messages: number;
  withText: number;
}

/**
 * Where messages live, in one generation of the read model. Postgres and MongoDB pass one contract suite. Reads show
 * what was projected; there is no other writer than the projector.
 */
export interface MessageStore {
  readonly kind: 'postgres' | 'mongo';
  /**
   * Writes whole rows, at most one a message; a stored row of the same or a higher version stays. So a replay is
   * harmless, and a writer that was overtaken cannot take anything back. Durable when it resolves.
   */
  apply(rows: readonly MessageRow[]): Promise<void>;
  /**
   * Sets columns of a message whose version is lower than `before`, and leaves its version as it is: what takes a text
   * away, and former texts with it, while events that come first wait. A message that is not there is left out. Null, as
   * is `restore`, where messages are written together with what refers to them.
   */
  readonly take: ((key: MessageKey, before: number, columns: Partial<MessageRow>) => Promise<void>) | null;
  /**
   * Undoes writes of rows that nothing refers to: each message is again as it was before, or not there, unless it was
   * written since.
   */
  readonly restore: ((writes: readonly MessageWrite[]) => Promise<void>) | null;
  /** The same for former texts. They come before the messages that were edited: whoever finds a message finds them all. */
  applyEdits(rows: readonly MessageEditRow[]): Promise<void>;
  /**
   * The former texts of a message that are kept, oldest first; none of a deleted one, and none that a later edit than the
   * message’s last has made: they may be ahead of it.
   */
  editsOf(message: EditedMessage, options: EditPageOptions): Promise<MessageEditRow[]>;
  /**
   * The same of several messages of one tenant, all that are kept of each: oldest first within a message, messages in no
   * order. Not bounded: ask for few messages at a time.
   */
  editsOfEach(tenantId: TenantId, messages: readonly EditedMessage[]): Promise<MessageEditRow[]>;
  /** Rows by place, in no order; missing ones are left out. */
  byKeys(keys: readonly MessageKey[]): Promise<MessageRow[]>;
  /** Texts by place, of tombstones too, in no order; missing ones are left out. For looking at many to show a few. */
  textsOf(tenantId: TenantId, places: readonly Omit<MessageKey, 'tenant_id'>[]): Promise<MessageText[]>;
  /** A page of a thread by index: one range of the primary key. */
  page(tenantId: TenantId, threadId: string, options: MessagePageOptions): Promise<MessageRow[]>;
  /** Rows by id, in no order; missing ones are left out. */
  byIds(tenantId: TenantId, messageIds: readonly string[]): Promise<MessageRow[]>;
  byId(tenantId: TenantId, messageId: string): Promise<MessageRow | null>;
  /** Messages of a thread changed by an event above stream version `since`, tombstones too, by ascending version. */
  changedSince(tenantId: TenantId, threadId: string, since: number, limit: number): Promise<MessageRow[]>;
  /** The newest message that is not deleted of each thread, as far as it has one. */
  lastOf(tenantId: TenantId, threadIds: readonly string[]): Promise<MessageRow[]>;
  /** The pinned messages of a thread, newest first; of an index below `before` and not below `visibleFrom`. */
  pinned(tenantId: TenantId, threadId: string, options: PinnedOptions): Promise<MessageRow[]>;
  /** Counts messages, and the rows that hold content, metadata, attachments or a former text: what an erasure proves. */
  countText(tenantId: TenantId, scope: TextScope): Promise<TextCount>;
  /** The logs of privacy requests, where this store keeps them as well; null where they are in Postgres alone. */
  readonly privacyLogs: PrivacyLogs | null;
  /** Every row of the generation, in a fixed order, for dumps and rebuilds. */
  all(): AsyncIterable<MessageRow>;
  /** The same for former texts, those that were taken away included. */
  allEdits(): AsyncIterable<MessageEditRow>;
  /** Makes what the store needs (collections, indexes) and leaves what is there. */
  prepare(): Promise<void>;
  /** Forgets the generation's messages, and their former texts, for good. */
  drop(): Promise<void>;
}
