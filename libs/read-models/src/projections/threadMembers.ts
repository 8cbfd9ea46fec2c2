import type { ChatEvent, EventOf, ParticipantRole, TenantId } from '@threadlog/events';
import { integer, nullable, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { threadTouched, UNTOUCHED, type Projection } from './projection';

/**
 * The members of a root thread in the order they joined, as one row: lists show them for each of many threads. Ids hold no
 * spaces.
 */
export const threadMembersTable = defineTable({
  name: 'thread_members',
  columns: {
    tenant_id: text<TenantId>(),
    thread_id: text(),
    /** The first `PARTICIPANTS_SHOWN`, separated by spaces; null where the participants must be asked. */
    member_ids: nullable(text()),
    /** Their roles in the same order; null with the ids. */
    member_roles: nullable(text()),
    /** All current members. */
    participant_count: integer(),
    version: integer(),
  },
  key: ['tenant_id', 'thread_id'],
  guard: 'version',
});

export type ThreadMembersRow = RowOf<typeof threadMembersTable>;

export const threadMembers: Projection<ThreadMembersRow> = {
  table: threadMembersTable,
  remembered: false,
  touches: (event) => (changesMembers(event) ? threadTouched(event) : UNTOUCHED),
  fold: foldThreadMembers,
};

/** Most participants shown inside a thread; the page of participants has them all. */
export const PARTICIPANTS_SHOWN = 20;

type Created = EventOf<'CHAT_THREAD_CREATED'>;
type Changed =
  EventOf<'CHAT_PARTICIPANT_ADDED'> | EventOf<'CHAT_PARTICIPANT_REMOVED'> | EventOf<'CHAT_PARTICIPANT_ROLE_CHANGED'>;

interface Member {
  user_id: string;
  role: ParticipantRole;
}

/** Whether an event is about who takes part in a root thread: members of a sub-thread are its root's. */
function changesMembers(event: ChatEvent): event is Created | Changed {
  switch (event.event_type) {
    case 'CHAT_THREAD_CREATED':
      return event.data.parent_thread_id === null;
    case 'CHAT_PARTICIPANT_ADDED':
    case 'CHAT_PARTICIPANT_REMOVED':
    case 'CHAT_PARTICIPANT_ROLE_CHANGED':
      return true;
    default:
      return false;
  }
}

/**
 * The members of a thread after an event of it. The row remembers no more members than are shown: once one of them leaves a thread
 * that has more, it does not know who follows, and says so from then on. Then the participants are asked, each by its row.
 */
export function foldThreadMembers(row: ThreadMembersRow | null, event: ChatEvent): ThreadMembersRow | null {
  if (!changesMembers(event) || (row && event.stream_version <= row.version)) return row;
  if (event.event_type === 'CHAT_THREAD_CREATED') return row ?? createdMembers(event);
  return row && { ...changed(row, event), version: event.stream_version };
}

function createdMembers(event: Created): ThreadMembersRow {
  const { participants } = event.data;
  // They joined at the same moment: then the order is that of their ids, as among the participants.
  const members = [...participants].sort((a, b) => (a.user_id < b.user_id ? -1 : 1)).slice(0, PARTICIPANTS_SHOWN);
  return {
    tenant_id: event.tenant_id,
    thread_id: event.stream_id,
    ...columnsOf(members),
    participant_count: participants.length,
    version: event.stream_version,
  };
}

function changed(row: ThreadMembersRow, event: Changed): ThreadMembersRow {
  const members = membersNamed(row);
  const { user_id } = event.data;
  switch (event.event_type) {
    case 'CHAT_PARTICIPANT_ADDED': {
      const isShown = members !== null && members.length < PARTICIPANTS_SHOWN;
      const columns = isShown ? columnsOf([...members, { user_id, role: event.data.role }]) : {};
      return { ...row, ...columns, participant_count: row.participant_count + 1 };
    }
    case 'CHAT_PARTICIPANT_REMOVED':
      return { ...row, ...without(row, members, user_id), participant_count: row.participant_count - 1 };
    case 'CHAT_PARTICIPANT_ROLE_CHANGED': {
      const { role } = event.data;
      return {
        ...row,
        ...(members && columnsOf(members.map((member) => (member.user_id === user_id ? { user_id, role } : member)))),
      };
    }
  }
}

function without(row: ThreadMembersRow, members: Member[] | null, userId: string): Partial<ThreadMembersRow> {
  if (!members?.some(({ user_id }) => user_id === userId)) return {};
  if (row.participant_count > members.length) return { member_ids: null, member_roles: null };
  return columnsOf(members.filter(({ user_id }) => user_id !== userId));
}

/** The members that a row names, in the order they joined; null where it names none because it does not know. */
export function membersNamed({
  member_ids,
  member_roles,
}: Pick<ThreadMembersRow, 'member_ids' | 'member_roles'>): Member[] | null {
  if (member_ids === null) return null;
  if (member_ids === '') return [];
  const roles = member_roles!.split(' ') as ParticipantRole[];
  return member_ids.split(' ').map((user_id, at): Member => ({ user_id, role: roles[at]! }));
}

function columnsOf(members: readonly Member[]): Pick<ThreadMembersRow, 'member_ids' | 'member_roles'> {
  return {
    member_ids: members.map(({ user_id }) => user_id).join(' '),
    member_roles: members.map(({ role }) => role).join(' '),
  };
}
