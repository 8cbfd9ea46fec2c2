import type { ChatEvent, EventOf, ParticipantRole, TenantId } from '@threadlog/events';
import { integer, nullable, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { UNTOUCHED, type Projection } from './projection';
import { threads, type ThreadRow } from './threads';

/** Who takes part in a thread, and who did. */
export const participantsTable = defineTable({
  name: 'participants',
  columns: {
    tenant_id: text<TenantId>(),
    thread_id: text(),
    user_id: text(),
    role: text<ParticipantRole>(),
    visible_from_index: integer(),
    /** Sub-threads that begin at a lower version of the root are not seen; 1 for the whole history. */
    visible_from_version: integer(),
    /** Messages that there were in the thread when it joined. They count as read, whatever history it is shown. */
    joined_index: integer(),
    joined_at: text(),
    version: integer(),
    removed_at: nullable(text()),
  },
  key: ['tenant_id', 'thread_id', 'user_id'],
  guard: 'version',
  indexes: {
    participants_by_user: { on: 'tenant_id, user_id, thread_id', where: 'removed_at is null' },
    participants_former: { on: 'tenant_id, user_id, thread_id', where: 'removed_at is not null' },
  },
});

export type ParticipantRow = RowOf<typeof participantsTable>;

export const participants: Projection<ParticipantRow> = {
  table: participantsTable,
  remembered: false,
  touches(event) {
    const userIds = participantsOf(event);
    if (userIds.length === 0) return UNTOUCHED;
    const fresh = event.event_type === 'CHAT_THREAD_CREATED';
    return userIds.map((userId) => ({
      key: { tenant_id: event.tenant_id, thread_id: event.stream_id, user_id: userId },
      name: `${event.tenant_id}/${event.stream_id}/${userId}`,
      fresh,
    }));
  },
  fold: (row, event, { key, before }) =>
    foldParticipant(row, event, key.user_id as string, before(threads, `${event.tenant_id}/${event.stream_id}`)),
};

/** Users whose membership an event touches; empty for all other events. */
export function participantsOf(event: ChatEvent): string[] {
  switch (event.event_type) {
    case 'CHAT_THREAD_CREATED':
      return event.data.participants.map((participant) => participant.user_id);
    case 'CHAT_PARTICIPANT_ADDED':
    case 'CHAT_PARTICIPANT_REMOVED':
    case 'CHAT_PARTICIPANT_ROLE_CHANGED':
      return [event.data.user_id];
    default:
      return [];
  }
}

/** The thread as it was before the event, or after it: what joining changes is not looked at. */
type Joined = Pick<ThreadRow, 'last_message_index'> | null;

/**
 * A membership after an event; a removed one keeps its row, with `removed_at`, so that changes can be told. Events about
 * other people change nothing. Without the thread nothing counts as read on joining: for who keeps no rows.
 */
export function foldParticipant(
  row: ParticipantRow | null,
  event: ChatEvent,
  userId: string,
  thread: Joined,
): ParticipantRow | null {
  if (row && event.stream_version <= row.version) return row;
  return participantsOf(event).includes(userId) ? fold(row, event, userId, thread) : row;
}

/** Whose history is not whole sees sub-threads that began after it came, unless the event says otherwise. */
export function visibleFromVersion({ data, stream_version }: EventOf<'CHAT_PARTICIPANT_ADDED'>): number {
  return data.visible_from_version ?? (data.visible_from_index > 1 ? stream_version : 1);
}

function fold(row: ParticipantRow | null, event: ChatEvent, userId: string, thread: Joined): ParticipantRow | null {
  const base = {
    tenant_id: event.tenant_id,
    thread_id: event.stream_id,
    user_id: userId,
    version: event.stream_version,
  };
  switch (event.event_type) {
    case 'CHAT_THREAD_CREATED': {
      const { role } = event.data.participants.find((participant) => participant.user_id === userId)!;
      return {
        ...base,
        role,
        visible_from_index: 1,
        visible_from_version: 1,
        joined_index: 0,
        joined_at: event.timestamp,
        removed_at: null,
      };
    }
    case 'CHAT_PARTICIPANT_ADDED':
      return {
        ...base,
        role: event.data.role,
        visible_from_index: event.data.visible_from_index,
        visible_from_version: visibleFromVersion(event),
        joined_index: thread?.last_message_index ?? 0,
        joined_at: event.timestamp,
        removed_at: null,
      };
    case 'CHAT_PARTICIPANT_REMOVED':
      return row && { ...row, version: event.stream_version, removed_at: event.timestamp };
    case 'CHAT_PARTICIPANT_ROLE_CHANGED':
      return row && { ...row, version: event.stream_version, role: event.data.role };
    default:
      return row;
  }
}
