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
} from '@threadlog/read-models';
import type { ConversationSnapshot } from './reader';

/** A thread with what stands around it, as of the dispatch position; null when it is not there. */
export function foldConversation(rows: ConversationSnapshot, events: readonly ChatEvent[]): ThreadParts | null {
  const thread = events.reduce(foldThread, rows.thread);
  if (!thread || thread.deleted_at !== null) return null;
  const members = new Map(rows.participants.map((row) => [row.user_id, row]));
  let last: MessageRow | null = rows.lastMessage && { ...rows.lastMessage, history: null };
  for (const event of events) {
    applyMember(members, event);
    last = applyLast(last, event);
  }
  const participants = [...members.values()].filter(({ removed_at }) => removed_at === null);
  const lastMessage = last && last.deleted_at === null ? last : null;
  return {
    thread,
    participants: participants.slice(0, PARTICIPANTS_SHOWN),
    participantCount: participants.length,
    lastMessage,
  };
}

function applyMember(members: Map<string, ParticipantRow>, event: ChatEvent): void {
  for (const userId of participantsOf(event)) {
    const row = foldParticipant(members.get(userId) ?? null, event, userId);
    if (row) members.set(userId, row);
  }
}

function applyLast(last: MessageRow | null, event: ChatEvent): MessageRow | null {
  if (event.event_type === 'CHAT_MESSAGE_CREATED') {
    return last && last.message_index >= event.data.message_index ? last : foldMessage(null, event);
  }
  return last && messageIdOf(event) === last.message_id ? foldMessage(last, event) : last;
}
