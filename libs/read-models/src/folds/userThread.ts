import type { ChatEvent, TenantId } from '@threadlog/events';
import type { UserThreadRow } from '../rows';

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
