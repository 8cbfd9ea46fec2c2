import type { ChatEvent, TenantId } from '@threadlog/events';
import { boolean, integer, nullable, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { UNTOUCHED, type Projection } from './projection';

/** What one user has read of one thread and how it wants to see it; folded from the user's own stream. */
export const userThreadsTable = defineTable({
  name: 'user_threads',
  columns: {
    tenant_id: text<TenantId>(),
    user_id: text(),
    thread_id: text(),
    /** Index of the last message read; only grows. 0 when none was. */
    read_index: integer(),
    read_message_id: nullable(text()),
    read_at: nullable(text()),
    muted_until: nullable(text()),
    pinned: boolean(),
    hidden: boolean(),
    marked_unread: boolean(),
    version: integer(),
  },
  key: ['tenant_id', 'user_id', 'thread_id'],
  guard: 'version',
  indexes: {
    // Who has read how far: of everybody in a thread, or of some, without looking at the rows.
    user_threads_of_thread: {
      on: 'tenant_id, thread_id, user_id',
      include: 'read_index',
      where: 'read_index > 0',
    },
    user_threads_hidden: { on: 'tenant_id, user_id, thread_id', where: 'hidden' },
  },
});

export type UserThreadRow = RowOf<typeof userThreadsTable>;

export const userThreads: Projection<UserThreadRow> = {
  table: userThreadsTable,
  remembered: false,
  touches(event) {
    const threadId = userThreadOf(event);
    if (threadId === null) return UNTOUCHED;
    const key = { tenant_id: event.tenant_id, user_id: event.stream_id, thread_id: threadId };
    return [{ key, name: `${event.tenant_id}/${event.stream_id}/${threadId}`, fresh: event.stream_version === 1 }];
  },
  fold: foldUserThread,
};

/** The thread that an event of a user's stream is about, or null. */
export function userThreadOf(event: ChatEvent): string | null {
  return event.stream_type === 'user' && 'thread_id' in event.data ? event.data.thread_id : null;
}

/** A user's view of a thread after an event of the user's stream. The read index never goes back. */
export function foldUserThread(row: UserThreadRow | null, event: ChatEvent): UserThreadRow | null {
  if (row && event.stream_version <= row.version) return row;
  switch (event.event_type) {
    case 'CHAT_THREAD_READ': {
      const next = { ...(row ?? ofEvent(event)), version: event.stream_version, marked_unread: false };
      const { message_index, message_id, read_at } = event.data;
      if (message_index <= next.read_index) return next;
      return { ...next, read_index: message_index, read_message_id: message_id, read_at };
    }
    case 'CHAT_THREAD_PREFERENCES_CHANGED': {
      const { thread_id: _, ...changes } = event.data;
      return { ...(row ?? ofEvent(event)), ...changes, version: event.stream_version };
    }
    default:
      return row;
  }
}

function ofEvent(event: ChatEvent): UserThreadRow {
  return unseenThread(event.tenant_id, event.stream_id, userThreadOf(event)!);
}

/** A thread of which the user has read nothing and for which it has set nothing: what no row means. */
export function unseenThread(tenantId: TenantId, userId: string, threadId: string): UserThreadRow {
  return {
    tenant_id: tenantId,
    user_id: userId,
    thread_id: threadId,
    read_index: 0,
    read_message_id: null,
    read_at: null,
    muted_until: null,
    pinned: false,
    hidden: false,
    marked_unread: false,
    version: 0,
  };
}
