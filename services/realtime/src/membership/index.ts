import type { ChatEvent, StreamEventType } from '@threadlog/events';
import type { MembershipEffect } from './define';
import { participantAdded } from './participantAdded';
import { participantRemoved } from './participantRemoved';
import { threadCreated } from './threadCreated';
import { threadDeleted } from './threadDeleted';

const EFFECTS: { [T in StreamEventType]?: MembershipEffect<T> } = {
  CHAT_THREAD_CREATED: threadCreated,
  CHAT_THREAD_DELETED: threadDeleted,
  CHAT_PARTICIPANT_ADDED: participantAdded,
  CHAT_PARTICIPANT_REMOVED: participantRemoved,
};

/** Types of the events that move sockets between rooms; rings keep them at hand. */
export const MEMBERSHIP_TYPES: ReadonlySet<string> = new Set(Object.keys(EFFECTS));

export function effectOf(event: ChatEvent): MembershipEffect<never> | undefined {
  return EFFECTS[event.event_type] as MembershipEffect<never> | undefined;
}

export type { MembershipDeps } from './define';
