import type { ChatEvent, TenantId } from '@threadlog/events';
import { boolean, integer, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { messageTouched, messagesTable } from './messages';
import type { Projection } from './projection';

/** What relational queries need to know of messages (unread, look-up by id) where the messages themselves live in Mongo. */
export const messageRefsTable = defineTable({
  name: 'message_refs',
  columns: {
    tenant_id: text<TenantId>(),
    thread_id: text(),
    message_index: integer(),
    message_id: text(),
    sender_id: text(),
    created_at: text(),
    version: integer(),
    deleted: boolean('false'),
  },
  key: ['tenant_id', 'thread_id', 'message_index'],
  guard: 'version',
  indexes: {
    message_refs_by_id: { unique: true, on: 'tenant_id, message_id' },
    message_refs_by_author: { on: 'tenant_id, sender_id, thread_id, message_index', include: 'deleted' },
    message_refs_deleted: { on: 'tenant_id, thread_id, message_index', where: 'deleted' },
  },
});

export type MessageRefRow = RowOf<typeof messageRefsTable>;

/** The same, where the messages stand beside it. */
export function messageRefsViewSql(schema: string): string {
  const columns = Object.keys(messageRefsTable.columns).map((name) =>
    name === 'deleted' ? 'deleted_at is not null as deleted' : name,
  );
  return `create or replace view ${schema}.${messageRefsTable.name} as
  select ${columns.join(', ')} from ${schema}.${messagesTable.name};`;
}

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
