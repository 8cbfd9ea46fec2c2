import type { Draft, ParticipantRole } from '@threadlog/events';

/** What has happened in thread `t1`, for tests to begin with. */
export const THREAD = 't1';

const PEOPLE = [
  { user_id: 'ada', role: 'owner' },
  { user_id: 'mod', role: 'moderator' },
  { user_id: 'bob', role: 'member' },
] satisfies { user_id: string; role: ParticipantRole }[];

type Created = Extract<Draft, { type: 'CHAT_THREAD_CREATED' }>['data'];

/** Thread `t1` about learner `lena`: ada owns it, mod moderates, bob is a member. */
export function threadCreated(rest: Partial<Created> = {}): Draft {
  const plain = { type: 'group', channel: 'chat', learner_id: 'lena', title: null, metadata: null } as const;
  const data = { thread_id: THREAD, ...plain, parent_thread_id: null, root_message_id: null, participants: PEOPLE };
  return { type: 'CHAT_THREAD_CREATED', data: { ...data, ...rest } };
}

/** Begins at this version of its root. */
export function subThreadCreated(thread_id = `${THREAD}~sub`, root_version = 1): Draft {
  return threadCreated({ thread_id, parent_thread_id: THREAD, root_version, participants: [] });
}

type Posted = Extract<Draft, { type: 'CHAT_MESSAGE_CREATED' }>['data'];

/** Message `m<index>` of the sender. */
export function posted(index: number, sender: string, rest: Partial<Posted> = {}): Draft {
  const who = { sender_id: sender, sender_type: 'user', message_type: 'text' } as const;
  const blank = { metadata: null, attachments: null, reply_to: null, mentions: [], client_message_id: null };
  const data = { thread_id: THREAD, message_id: `m${index}`, message_index: index, ...who, content: 'hi', ...blank };
  return { type: 'CHAT_MESSAGE_CREATED', data: { ...data, ...rest } };
}

export function messageDeleted(index: number): Draft {
  const data = { thread_id: THREAD, message_id: `m${index}`, message_index: index, reason: 'author' } as const;
  return { type: 'CHAT_MESSAGE_DELETED', data };
}

export function statusChanged(status: 'active' | 'archived' | 'completed'): Draft {
  return { type: 'CHAT_THREAD_STATUS_CHANGED', data: { thread_id: THREAD, status, previous: 'active' } };
}

export function threadDeleted(): Draft {
  return { type: 'CHAT_THREAD_DELETED', data: { thread_id: THREAD, reason: 'author' } };
}

/** Sees messages from this index on, and sub-threads from this version of their root on. */
export function added(
  user_id: string,
  role: ParticipantRole = 'member',
  [visible_from_index, visible_from_version]: readonly [number, number] = [1, 1],
): Draft {
  const from = { visible_from_index, visible_from_version };
  return { type: 'CHAT_PARTICIPANT_ADDED', data: { thread_id: THREAD, user_id, role, ...from } };
}

export function removed(user_id: string): Draft {
  return { type: 'CHAT_PARTICIPANT_REMOVED', data: { thread_id: THREAD, user_id, reason: 'left' } };
}

export function reacted(index: number, user_id: string, emoji: string): Draft {
  const data = { thread_id: THREAD, message_id: `m${index}`, message_index: index, emoji, user_id };
  return { type: 'CHAT_REACTION_ADDED', data };
}

export function reactionRemoved(index: number, user_id: string, emoji: string): Draft {
  return { type: 'CHAT_REACTION_REMOVED', data: reacted(index, user_id, emoji).data as ReactionData };
}
type ReactionData = Extract<Draft, { type: 'CHAT_REACTION_REMOVED' }>['data'];

export function pinned(index: number): Draft {
  return { type: 'CHAT_MESSAGE_PINNED', data: placeOf(index) };
}

export function unpinned(index: number): Draft {
  return { type: 'CHAT_MESSAGE_UNPINNED', data: placeOf(index) };
}

function placeOf(index: number) {
  return { thread_id: THREAD, message_id: `m${index}`, message_index: index };
}
