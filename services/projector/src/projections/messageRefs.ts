import type { ChatEvent } from '@threadlog/events';
import { messageRefsTable, type MessageRefRow } from '@threadlog/read-models';
import { messageTouched } from './messages';
import type { Projection } from './projection';

/** What relational queries join where messages live in Mongo. Folded from the events, so it is never ahead of its checkpoint. */
export const messageRefs: Projection<MessageRefRow> = {
  table: messageRefsTable,
  remembered: false,
  touches: messageTouched,
  fold: foldMessageRef,
};

function foldMessageRef(row: MessageRefRow | null, event: ChatEvent): MessageRefRow | null {
  if (event.event_type === 'CHAT_MESSAGE_CREATED') {
    return (
      row ?? {
        tenant_id: event.tenant_id,
        thread_id: event.data.thread_id,
        message_index: event.data.message_index,
        message_id: event.data.message_id,
        sender_id: event.data.sender_id,
        created_at: event.timestamp,
        version: event.stream_version,
        deleted: false,
      }
    );
  }
  if (!row || event.stream_version <= row.version) return row;
  return { ...row, version: event.stream_version, deleted: row.deleted || event.event_type === 'CHAT_MESSAGE_DELETED' };
}
