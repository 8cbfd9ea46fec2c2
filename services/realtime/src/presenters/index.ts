import { CATALOGUE, rootThreadId, type ChatEvent, type Sealed, type StreamEventType } from '@threadlog/events';
import type { PresenterView } from '@threadlog/read-models';
import type { Delivery } from '../frames';
import type { Presenter } from './define';
import { agentModeChanged } from './agentModeChanged';
import { messageCreated } from './messageCreated';
import { messageDeleted } from './messageDeleted';
import { messagePinned, messageUnpinned } from './messagePinned';
import { messageUpdated } from './messageUpdated';
import { participantAdded } from './participantAdded';
import { participantRemoved } from './participantRemoved';
import { participantRoleChanged } from './participantRoleChanged';
import { reactionAdded, reactionRemoved } from './reaction';
import { threadCreated } from './threadCreated';
import { threadDeleted } from './threadDeleted';
import { threadRead } from './threadRead';
import { threadStatusChanged } from './threadStatusChanged';
import { threadUpdated } from './threadUpdated';

/** How each event looks on the wire. Events without a presenter have no frames. */
const PRESENTERS: { [T in StreamEventType]?: Presenter<T> } = {
  CHAT_THREAD_CREATED: threadCreated,
  CHAT_THREAD_UPDATED: threadUpdated,
  CHAT_THREAD_STATUS_CHANGED: threadStatusChanged,
  CHAT_THREAD_DELETED: threadDeleted,
  CHAT_AGENT_MODE_CHANGED: agentModeChanged,
  CHAT_PARTICIPANT_ADDED: participantAdded,
  CHAT_PARTICIPANT_REMOVED: participantRemoved,
  CHAT_PARTICIPANT_ROLE_CHANGED: participantRoleChanged,
  CHAT_MESSAGE_CREATED: messageCreated,
  CHAT_MESSAGE_UPDATED: messageUpdated,
  CHAT_MESSAGE_DELETED: messageDeleted,
  CHAT_MESSAGE_PINNED: messagePinned,
  CHAT_MESSAGE_UNPINNED: messageUnpinned,
  CHAT_REACTION_ADDED: reactionAdded,
  CHAT_REACTION_REMOVED: reactionRemoved,
  CHAT_THREAD_READ: threadRead,
};

function presenterOf(event: ChatEvent): Presenter<never> | undefined {
  return PRESENTERS[event.event_type] as Presenter<never> | undefined;
}

/** Whether events of the type are shown at all; asked with a header, before anything is parsed. */
export function isPresented(type: string): boolean {
  return Object.hasOwn(PRESENTERS, type);
}

/** Users whose profiles presenting the event shows. */
export function peopleIn(event: ChatEvent): string[] {
  return presenterOf(event)?.people?.(event as never) ?? [];
}

/** The sealed values that presenting the event opens. */
export function blobsIn(event: ChatEvent): Sealed[] {
  const data = event.data as unknown as Record<string, Sealed | null | undefined>;
  return CATALOGUE[event.event_type].sealed.flatMap((field) => data[field] ?? []);
}

/** The thread that an event is about: its own stream, or the one that it names. */
export function threadOf(event: ChatEvent): string {
  return event.stream_type !== 'thread' && 'thread_id' in event.data ? event.data.thread_id : event.stream_id;
}

/** The event as it goes to clients. The view must be prepared with its blobs and people. */
export function present(event: ChatEvent, view: PresenterView): Delivery {
  return { ...placeIn(event), frames: presenterOf(event)?.frames(event as never, view) ?? [] };
}

/** Where the event stands in its thread. */
export function placeIn(event: ChatEvent): Omit<Delivery, 'frames'> {
  const threadId = threadOf(event);
  return {
    threadId,
    seq: event.stream_type === 'thread' ? event.stream_version : null,
    messageIndex: messageIndexOf(event, threadId),
  };
}

/** A sub-thread numbers its messages itself: a history that begins late is counted in the root. */
function messageIndexOf(event: ChatEvent, threadId: string): number | null {
  if (!('message_index' in event.data) || rootThreadId(threadId) !== threadId) return null;
  return event.data.message_index;
}
