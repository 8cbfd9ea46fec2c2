import type { ChatEvent } from '@threadlog/events';
import {
  foldMessage,
  foldParticipant,
  foldThread,
  messageIdOf,
  PARTICIPANTS_SHOWN,
  participantsOf,
  type MessageRow,
  type ParticipantRow,
  type ThreadParts,
  type ThreadRow,
} from '@threadlog/read-models';
import type { ConversationSnapshot } from './reader';

/** A thread's parts and all of its members, of which the parts show the first. */
export interface Conversation extends Omit<ThreadParts, 'visibleFrom'> {
  members: ReadonlyMap<string, ParticipantRow>;
}

/** A thread with what stands around it, as of the dispatch position; null when it is not there. */
export function foldConversation(rows: ConversationSnapshot, events: readonly ChatEvent[]): Conversation | null {
  let { thread } = rows;
  const members = new Map(rows.participants.map((row) => [row.user_id, row]));
  let last: MessageRow | null = rows.lastMessage;
  for (const event of events) {
    thread = foldThread(thread, event);
    applyMember(members, event, thread);
    last = applyLast(last, event);
  }
  if (!thread || thread.deleted_at !== null) return null;
  const participants = [...members.values()].filter(({ removed_at }) => removed_at === null);
  const lastMessage = last && last.deleted_at === null ? last : null;
  return {
    thread,
    participants: participants.slice(0, PARTICIPANTS_SHOWN),
    participantCount: participants.length,
    members,
    lastMessage,
  };
}

function applyMember(members: Map<string, ParticipantRow>, event: ChatEvent, thread: ThreadRow | null): void {
  for (const userId of participantsOf(event)) {
    const row = foldParticipant(members.get(userId) ?? null, event, userId, thread);
    if (row) members.set(userId, row);
  }
}

function applyLast(last: MessageRow | null, event: ChatEvent): MessageRow | null {
  if (event.event_type === 'CHAT_MESSAGE_CREATED') {
    return last && last.message_index >= event.data.message_index ? last : foldMessage(null, event);
  }
  return last && messageIdOf(event) === last.message_id ? foldMessage(last, event) : last;
}
