import {
  emojiIdentity,
  type ChatEvent,
  type DeleteReason,
  type EventOf,
  type MessageRun,
  type MessageType,
  type SenderType,
  type TenantId,
} from '@threadlog/events';
import { boolean, integer, json, nullable, text, texts, uuid } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { sealedText, UNTOUCHED, type Projection, type RowRef } from './projection';

/** Who reacted with what, oldest first. */
export type Reactions = { emoji: string; user_ids: string[] }[];

/** Messages, where they are kept in Postgres. */
export const messagesTable = defineTable({
  name: 'messages',
  columns: {
    tenant_id: text<TenantId>(),
    thread_id: text(),
    message_index: integer(),
    message_id: text(),
    /** Stream version of the last event that changed the message; `created_version` of the first. */
    version: integer(),
    created_version: integer(),
    sender_id: text(),
    sender_type: text<SenderType>(),
    message_type: text<MessageType>(),
    /** Sealed, as are metadata and attachments. */
    content: nullable(text()),
    metadata: nullable(text()),
    attachments: nullable(text()),
    reply_to: nullable(text()),
    mentions: texts(),
    client_message_id: nullable(text()),
    edit: integer('0'),
    pinned: boolean('false'),
    reactions: nullable(json<Reactions>()),
    created_at: text(),
    updated_at: text(),
    deleted_at: nullable(text()),
    delete_reason: nullable(text<DeleteReason>()),
    /** What the audit trail says of the posting and nothing else tells (`audit.ts`). Null where it has a row of its own. */
    event_id: nullable(uuid()),
    /** Null where it is the sender's. */
    actor_type: nullable(text()),
    actor_role: nullable(text()),
    /** What it was posted with, a bit each (`POSTED_WITH`); null for its content alone. */
    posted_with: nullable(integer()),
    /** Of an agent's answer. */
    run: nullable(json<MessageRun>()),
  },
  key: ['tenant_id', 'thread_id', 'message_index'],
  guard: 'version',
  indexes: {
    messages_by_id: { unique: true, on: 'tenant_id, message_id' },
    // Those that were changed since they were posted: of all others the version grows with the index.
    messages_changed: { on: 'tenant_id, thread_id, version', where: 'version > created_version' },
    // Everything that somebody wrote; and what is unread is what was written since, less what oneself wrote and what is deleted.
    messages_by_author: { on: 'tenant_id, sender_id, thread_id, message_index', include: 'deleted_at' },
    messages_by_time: { on: 'tenant_id, created_at desc, event_id desc', where: 'event_id is not null' },
    messages_pinned: { on: 'tenant_id, thread_id, message_index', where: 'pinned' },
    messages_deleted: { on: 'tenant_id, thread_id, message_index', where: 'deleted_at is not null' },
  },
});

export type MessageRow = RowOf<typeof messagesTable>;

/** Messages, wherever they are stored. An event names its message by index, which is the primary key of both stores. */
export const messages: Projection<MessageRow> = {
  table: messagesTable,
  remembered: false,
  touches: messageTouched,
  fold: foldMessage,
};

/** The message an event is about, as a row of any table that is keyed by place. */
export function messageTouched(
  event: ChatEvent,
): RowRef<Pick<MessageRow, 'tenant_id' | 'thread_id' | 'message_index'>>[] {
  if (messageIdOf(event) === null || !('message_index' in event.data)) return UNTOUCHED;
  const { message_index: index } = event.data;
  return [
    {
      key: { tenant_id: event.tenant_id, thread_id: event.stream_id, message_index: index },
      name: `${event.tenant_id}/${event.stream_id}/${index}`,
      fresh: event.event_type === 'CHAT_MESSAGE_CREATED',
    },
  ];
}

/** The message an event is about, or null. */
export function messageIdOf(event: ChatEvent): string | null {
  return event.stream_type === 'thread' && 'message_id' in event.data ? event.data.message_id : null;
}

/** The message's row after an event about it; the one fold of a message. A second delivery changes nothing. */
export function foldMessage(row: MessageRow | null, event: ChatEvent): MessageRow | null {
  if (event.event_type === 'CHAT_MESSAGE_CREATED') return row ?? createdMessage(event);
  if (!row || event.stream_version <= row.version) return row;
  const fold = FOLDS[event.event_type];
  if (!fold) return row;
  const next = { ...row, version: event.stream_version };
  fold(next, event as never);
  return next;
}

/** What a deletion leaves of a message. */
export function messageDeleted({ data, timestamp }: EventOf<'CHAT_MESSAGE_DELETED'>) {
  return {
    deleted_at: timestamp,
    updated_at: timestamp,
    delete_reason: data.reason,
    content: null,
    metadata: null,
    attachments: null,
    reactions: null,
    pinned: false,
  } as const satisfies Partial<MessageRow>;
}

type Fold<T extends ChatEvent['event_type']> = (row: MessageRow, event: EventOf<T>) => void;

const FOLDS: { [T in ChatEvent['event_type']]?: Fold<T> } = {
  CHAT_MESSAGE_UPDATED(row, event) {
    if (event.data.content !== undefined) row.content = sealedText(event.data.content);
    if (event.data.metadata !== undefined) row.metadata = sealedText(event.data.metadata);
    if (event.data.attachments !== undefined) row.attachments = sealedText(event.data.attachments);
    if (event.data.mentions !== undefined) row.mentions = event.data.mentions;
    row.edit = event.data.edit;
    row.updated_at = event.timestamp;
  },
  CHAT_MESSAGE_DELETED(row, event) {
    Object.assign(row, messageDeleted(event));
  },
  CHAT_REACTION_ADDED(row, event) {
    row.reactions = addReaction(row.reactions ?? [], emojiIdentity(event.data.emoji), event.data.user_id);
  },
  CHAT_REACTION_REMOVED(row, event) {
    row.reactions = removeReaction(row.reactions ?? [], emojiIdentity(event.data.emoji), event.data.user_id);
  },
  CHAT_MESSAGE_PINNED(row) {
    row.pinned = true;
  },
  CHAT_MESSAGE_UNPINNED(row) {
    row.pinned = false;
  },
};

function addReaction(reactions: Reactions, emoji: string, userId: string): Reactions {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (!known) return [...reactions, { emoji, user_ids: [userId] }];
  if (known.user_ids.includes(userId)) return reactions;
  return reactions.map((reaction) =>
    reaction === known ? { emoji, user_ids: [...known.user_ids, userId] } : reaction,
  );
}

function removeReaction(reactions: Reactions, emoji: string, userId: string): Reactions | null {
  const left = reactions
    .map((reaction) =>
      reaction.emoji === emoji ? { emoji, user_ids: reaction.user_ids.filter((id) => id !== userId) } : reaction,
    )
    .filter((reaction) => reaction.user_ids.length > 0);
  return left.length > 0 ? left : null;
}

function createdMessage(event: EventOf<'CHAT_MESSAGE_CREATED'>): MessageRow {
  const { data } = event;
  return {
    tenant_id: event.tenant_id,
    thread_id: data.thread_id,
    message_index: data.message_index,
    message_id: data.message_id,
    version: event.stream_version,
    created_version: event.stream_version,
    sender_id: data.sender_id,
    sender_type: data.sender_type,
    message_type: data.message_type,
    content: sealedText(data.content),
    metadata: sealedText(data.metadata),
    attachments: sealedText(data.attachments),
    reply_to: data.reply_to,
    mentions: data.mentions,
    client_message_id: data.client_message_id,
    edit: 0,
    pinned: false,
    reactions: null,
    created_at: event.timestamp,
    updated_at: event.timestamp,
    deleted_at: null,
    delete_reason: null,
    ...postedBy(event),
    run: data.run ?? null,
  };
}

/** Sealed fields that a message may be posted with beside its content. */
export const POSTED_WITH = { metadata: 1, attachments: 2 } as const;

type Posting = Pick<MessageRow, 'event_id' | 'actor_type' | 'actor_role' | 'posted_with'>;

/** What a message keeps of its posting for the audit trail. */
function postedBy(event: EventOf<'CHAT_MESSAGE_CREATED'>): Posting {
  const { actor, data } = event;
  if (!tellsPosting(event)) return { event_id: null, actor_type: null, actor_role: null, posted_with: null };
  const bits = (data.metadata ? POSTED_WITH.metadata : 0) + (data.attachments ? POSTED_WITH.attachments : 0);
  return {
    event_id: event.event_id,
    actor_type: actor.type === data.sender_type ? null : actor.type,
    actor_role: actor.role,
    posted_with: bits === 0 ? null : bits,
  };
}

/** Whether a message's row tells all that the audit trail says of its posting. */
export function tellsPosting({ actor, data }: EventOf<'CHAT_MESSAGE_CREATED'>): boolean {
  return actor.id === data.sender_id && !data.expires_at && data.run?.stopped_by === undefined;
}
