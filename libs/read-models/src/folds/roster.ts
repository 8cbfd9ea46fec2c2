import type { ChatEvent, EventOf, ParticipantRole } from '@threadlog/events';
import type { RosterRow } from '../rows';

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
export function changesRoster(event: ChatEvent): event is Created | Changed {
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
 * A roster after an event of its thread. It remembers no more members than are shown: once one of them leaves a thread
 * that has more, it does not know who follows, and says so from then on. Then the participants are asked, each by its row.
 */
export function foldRoster(row: RosterRow | null, event: ChatEvent): RosterRow | null {
  if (!changesRoster(event) || (row && event.stream_version <= row.version)) return row;
  if (event.event_type === 'CHAT_THREAD_CREATED') return row ?? createdRoster(event);
  return row && { ...changed(row, event), version: event.stream_version };
}

function createdRoster(event: Created): RosterRow {
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

function changed(row: RosterRow, event: Changed): RosterRow {
  const members = rosterMembers(row);
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

function without(row: RosterRow, members: Member[] | null, userId: string): Partial<RosterRow> {
  if (!members?.some(({ user_id }) => user_id === userId)) return {};
  if (row.participant_count > members.length) return { member_ids: null, member_roles: null };
  return columnsOf(members.filter(({ user_id }) => user_id !== userId));
}

/** The members that a roster names, in the order they joined; null where it names none because it does not know. */
export function rosterMembers({
  member_ids,
  member_roles,
}: Pick<RosterRow, 'member_ids' | 'member_roles'>): Member[] | null {
  if (member_ids === null) return null;
  if (member_ids === '') return [];
  const roles = member_roles!.split(' ') as ParticipantRole[];
  return member_ids.split(' ').map((user_id, at): Member => ({ user_id, role: roles[at]! }));
}

function columnsOf(members: readonly Member[]): Pick<RosterRow, 'member_ids' | 'member_roles'> {
  return {
    member_ids: members.map(({ user_id }) => user_id).join(' '),
    member_roles: members.map(({ role }) => role).join(' '),
  };
}
