import type { ChatEvent } from '@threadlog/events';
import { foldMessage, messageIdOf, messagesTable, type MessageRow } from '@threadlog/read-models';
import { UNTOUCHED, type Projection, type RowRef } from './projection';

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
