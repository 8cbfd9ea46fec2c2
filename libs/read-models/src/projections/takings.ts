import { lowersRole, type ChatEvent } from '@threadlog/events';
import { messageDeleted } from './messages';
import { threadDeleted } from './threads';
import { userRemoved } from './users';

/** Columns that an event takes away from a row, by its table and primary key. */
export interface Taking {
  table: 'participants' | 'threads' | 'messages' | 'message_edits' | 'message_refs' | 'users' | 'chat_deletion_logs';
  /** Of former texts only their message's: all of them are meant. */
  key: Readonly<Record<string, string | number>>;
  /** Rows of this or a higher version have the event already, and stay. */
  before: number;
  columns: Readonly<Record<string, string | boolean | null>>;
}

/**
 * What an event takes away, as far as that depends on none of the events before it: for one that waits behind a record that
 * could not be projected. Columns are set and versions stay, so that folding the waiting events later, this one
 * among them, comes to the same rows as if nothing had been set: each column named here is one that the event's own fold
 * overwrites whatever it was. Empty for all other events.
 */
export function takingsOf(event: ChatEvent): Taking[] {
  const { tenant_id, stream_id, stream_version: before, timestamp } = event;
  const inThread = { tenant_id, thread_id: stream_id };
  switch (event.event_type) {
    case 'CHAT_PARTICIPANT_REMOVED': {
      const key = { ...inThread, user_id: event.data.user_id };
      return [{ table: 'participants', key, before, columns: { removed_at: timestamp } }];
    }
    case 'CHAT_PARTICIPANT_ROLE_CHANGED': {
      if (!lowersRole(event.data)) return [];
      const key = { ...inThread, user_id: event.data.user_id };
      return [{ table: 'participants', key, before, columns: { role: event.data.role } }];
    }
    case 'CHAT_THREAD_DELETED':
      return [{ table: 'threads', key: inThread, before, columns: threadDeleted(event) }];
    case 'CHAT_MESSAGE_DELETED': {
      const key = { ...inThread, message_index: event.data.message_index };
      return [
        { table: 'messages', key, before, columns: messageDeleted(event) },
        { table: 'message_edits', key, before, columns: { content: null } },
        { table: 'message_refs', key, before, columns: { deleted: true } },
      ];
    }
    case 'CHAT_USER_REMOVED':
      return [profileTaken(tenant_id, stream_id, { timestamp, before })];
    case 'CHAT_PRIVACY_SUBJECT_ERASED': {
      const key = { tenant_id, request_id: event.data.request_id };
      return [{ table: 'chat_deletion_logs', key, before, columns: { erased_at: timestamp } }];
    }
    default:
      return [];
  }
}

/** A removal of a profile: all that it says is whose. */
export function profileTaken(
  tenantId: string,
  userId: string,
  { timestamp, before }: { timestamp: string; before: number },
): Taking {
  return {
    table: 'users',
    key: { tenant_id: tenantId, user_id: userId },
    before,
    columns: userRemoved({ timestamp }),
  };
}
