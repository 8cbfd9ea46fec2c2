import type { UserThreadResource } from '@threadlog/events';
import type { UserThreadRow } from '../projections';

/** What a user has read of a thread and how it wants to see it. */
export function presentUserThread(row: UserThreadRow): UserThreadResource {
  return {
    threadId: row.thread_id,
    messageId: row.read_message_id,
    messageIndex: row.read_index,
    readAt: row.read_at,
    preferences: presentPreferences(row),
  };
}

/** How a user wants to see a thread. */
export function presentPreferences(
  row: Pick<UserThreadRow, 'muted_until' | 'pinned' | 'hidden' | 'marked_unread'>,
): UserThreadResource['preferences'] {
  return {
    mutedUntil: row.muted_until,
    pinned: row.pinned,
    hidden: row.hidden,
    markedUnread: row.marked_unread,
  };
}
