import { emojiIdentity, type ChatEvent, type EventOf } from '@threadlog/events';
import type { MessageRow, Reactions } from '../rows';
import { sealedText } from './thread';

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
  };
}
