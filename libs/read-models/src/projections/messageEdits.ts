import { LIMITS, type ChatEvent, type TenantId } from '@threadlog/events';
import { integer, nullable, text } from '../tables/columns';
import { defineTable, rowKey, type RowOf } from '../tables/table';
import { messages, messageTouched, type MessageRow } from './messages';
import type { Projection } from './projection';

/** Former texts of messages: what stood there before an edit. A row each, so that an edit costs the same as the first. */
export const messageEditsTable = defineTable({
  name: 'message_edits',
  columns: {
    tenant_id: text<TenantId>(),
    thread_id: text(),
    message_index: integer(),
    /** Its place among those that are kept of the message. */
    slot: integer(),
    /** How often the message had been edited when this stood there. */
    edit: integer(),
    sender_id: text(),
    /** Sealed. Null where the message was deleted since. */
    content: nullable(text()),
    /** When it was replaced, or taken away. */
    edited_at: text(),
    version: integer(),
  },
  key: ['tenant_id', 'thread_id', 'message_index', 'slot'],
  guard: 'version',
  indexes: { message_edits_by_author: { on: 'tenant_id, sender_id', where: 'content is not null' } },
});

export type MessageEditRow = RowOf<typeof messageEditsTable>;

/**
 * A row is made of the event and of the message before it, so what stands in the table need not be read: what comes is
 * newer, or the table keeps what it has.
 */
export const messageEdits: Projection<MessageEditRow> = {
  table: messageEditsTable,
  remembered: false,
  touches: (event) =>
    messageEditsOf(event).map((key) => ({ key, name: rowKey(messageEditsTable, key as MessageEditRow), fresh: true })),
  fold(row, event, { key, before }) {
    const [place] = messageTouched(event);
    const message = place ? before(messages, place.name) : null;
    return foldMessageEdit(row, event, { message, key: key as MessageEditKey });
  },
};

/**
 * Former texts of a message that are kept. The write side takes no more edits than that; a log of a former build may
 * hold any number, and then the newest are kept: each edit has a place, and takes it from the one so many before it.
 */
export const KEPT_EDITS = LIMITS.editsPerMessage;

/** Place of a former text among those of its message. */
export type MessageEditKey = Pick<MessageEditRow, 'tenant_id' | 'thread_id' | 'message_index' | 'slot'>;

/** The former texts that an event may change: an edit makes one, a deletion takes all away. */
export function messageEditsOf(event: ChatEvent): MessageEditKey[] {
  if (event.event_type === 'CHAT_MESSAGE_UPDATED') return [keyOf(event, slotOf(event.data.edit - 1))];
  if (event.event_type !== 'CHAT_MESSAGE_DELETED') return [];
  return Array.from({ length: KEPT_EDITS }, (_none, slot) => keyOf(event, slot));
}

function keyOf(event: ChatEvent & { data: { message_index: number } }, slot: number): MessageEditKey {
  const { tenant_id, stream_id: thread_id, data } = event;
  return { tenant_id, thread_id, message_index: data.message_index, slot };
}

function slotOf(edit: number): number {
  return edit % KEPT_EDITS;
}

/**
 * A former text after an event, from the message as it was before the event. What a deletion takes away stays as a row
 * without text: a writer that was overtaken cannot bring it back.
 */
export function foldMessageEdit(
  row: MessageEditRow | null,
  event: ChatEvent,
  { message, key }: { message: MessageRow | null; key: MessageEditKey },
): MessageEditRow | null {
  if (!message || event.stream_version <= message.version) return row;
  const { edit, sender_id } = message;
  const version = event.stream_version;
  if (event.event_type === 'CHAT_MESSAGE_UPDATED')
    return { ...key, edit, sender_id, content: message.content, edited_at: event.timestamp, version };
  const last = lastEditIn(key.slot, edit);
  return last === null ? row : { ...key, edit: last, sender_id, content: null, edited_at: event.timestamp, version };
}

/** The newest former text that stands in a place, of a message that was edited so often; null where there is none. */
function lastEditIn(slot: number, edits: number): number | null {
  if (slot >= edits) return null;
  return slot + Math.floor((edits - 1 - slot) / KEPT_EDITS) * KEPT_EDITS;
}
