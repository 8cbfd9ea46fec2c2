import {
  rootThreadId,
  type ChatEvent,
  type EventType,
  type Json,
  type TenantId,
  type WEBHOOK_TEST_EVENT,
  type WebhookEventName,
} from '@threadlog/events';
import type { OpenedEvent } from '../feed/openEvents';

export { WEBHOOK_EVENTS, type WebhookEventName } from '@threadlog/events';

/** An event as a receiver is told of it. */
export interface WebhookEvent {
  /** The same in every attempt: receivers deduplicate by it. */
  id: string;
  name: WebhookEventName | typeof WEBHOOK_TEST_EVENT;
  /** When it happened: ISO 8601 UTC with milliseconds. */
  timestamp: string;
  tenantId: TenantId;
  /** Version of the thread, or other stream, that it belongs to: a receiver sees by it what it missed. Null for presence. */
  seq: number | null;
  data: Record<string, Json>;
}

type Fields = Record<string, Json>;
type Told = (told: Fields, event: ChatEvent) => Fields;

/** Events that are told, by their type in the log; `told` is the event's data in the clear. */
const TOLD: { [T in EventType]?: [name: WebhookEventName, data: Told] } = {
  CHAT_MESSAGE_CREATED: [
    'message.created',
    (told, event) => ({
      ...message(told),
      senderId: told.sender_id!,
      senderType: told.sender_type!,
      content: told.content!,
      metadata: told.metadata ?? null,
      attachments: told.attachments ?? [],
      replyTo: told.reply_to ?? null,
      mentions: told.mentions!,
      createdAt: milliseconds(event),
    }),
  ],
  CHAT_MESSAGE_UPDATED: [
    'message.updated',
    (told, event) => ({
      ...message(told),
      senderId: event.actor.id,
      ...only(told, { content: 'content', metadata: 'metadata', attachments: 'attachments', mentions: 'mentions' }),
      edit: told.edit!,
      editedAt: milliseconds(event),
    }),
  ],
  CHAT_MESSAGE_DELETED: [
    'message.deleted',
    (told, event) => ({
      ...message(told),
      deletedBy: event.actor.id,
      reason: told.reason!,
      deletedAt: milliseconds(event),
    }),
  ],
  CHAT_REACTION_ADDED: ['reaction.added', (told, event) => ({ ...reaction(told), createdAt: milliseconds(event) })],
  CHAT_REACTION_REMOVED: ['reaction.removed', (told, event) => ({ ...reaction(told), removedAt: milliseconds(event) })],
  CHAT_THREAD_CREATED: [
    'conversation.created',
    (told, event) => ({
      ...thread(told),
      type: told.type!,
      learnerId: told.learner_id ?? null,
      title: told.title ?? null,
      metadata: told.metadata ?? null,
      parentThreadId: told.parent_thread_id ?? null,
      createdBy: event.actor.id,
      participants: people(told.participants),
      createdAt: milliseconds(event),
    }),
  ],
  CHAT_THREAD_UPDATED: [
    'conversation.updated',
    (told, event) => ({
      ...thread(told),
      ...only(told, { title: 'title', metadata: 'metadata' }),
      updatedBy: event.actor.id,
      updatedAt: milliseconds(event),
    }),
  ],
  CHAT_THREAD_STATUS_CHANGED: [
    'conversation.updated',
    (told, event) => ({
      ...thread(told),
      status: told.status!,
      updatedBy: event.actor.id,
      updatedAt: milliseconds(event),
    }),
  ],
  CHAT_THREAD_DELETED: [
    'conversation.deleted',
    (told, event) => ({
      ...thread(told),
      deletedBy: event.actor.id,
      reason: told.reason!,
      deletedAt: milliseconds(event),
    }),
  ],
  CHAT_PARTICIPANT_ADDED: [
    'participant.added',
    (told, event) => ({
      ...thread(told),
      userId: told.user_id!,
      role: told.role!,
      addedBy: event.actor.id,
      addedAt: milliseconds(event),
    }),
  ],
  CHAT_PARTICIPANT_REMOVED: [
    'participant.removed',
    (told, event) => ({
      ...thread(told),
      userId: told.user_id!,
      reason: told.reason!,
      removedBy: event.actor.id,
      removedAt: milliseconds(event),
    }),
  ],
  CHAT_PRIVACY_SUBJECT_ERASED: [
    'privacy.erased',
    (told, event) => ({ subject: told.subject!, requestId: told.request_id!, erasedAt: milliseconds(event) }),
  ],
};

/** The name under which an event is told; null where receivers are not told of it. */
export function nameOf({ event_type }: Pick<ChatEvent, 'event_type'>): WebhookEventName | null {
  return TOLD[event_type]?.[0] ?? null;
}

/** What receivers are told of an event; null where they are told nothing. */
export function webhookEvent({ event, data }: OpenedEvent): WebhookEvent | null {
  const told = TOLD[event.event_type];
  if (!told) return null;
  const [name, dataOf] = told;
  return {
    id: event.event_id,
    name,
    timestamp: milliseconds(event),
    tenantId: event.tenant_id,
    seq: event.stream_version,
    data: dataOf(data, event),
  };
}

/** Events of one lane are told in order: those of a thread, a sub-thread's its own; those of another stream together. */
export function laneOf({ tenant_id, stream_type, stream_id, data }: ChatEvent): string {
  const thread = 'thread_id' in data ? data.thread_id : null;
  return JSON.stringify(thread === null ? [tenant_id, stream_type, stream_id] : [tenant_id, thread]);
}

function thread({ thread_id }: Fields): Fields {
  return { conversationId: rootThreadId(thread_id as never), threadId: thread_id! };
}

function message(told: Fields): Fields {
  return { messageId: told.message_id!, ...thread(told) };
}

function reaction(told: Fields): Fields {
  return { ...message(told), userId: told.user_id!, emoji: told.emoji! };
}

function people(participants: Json | undefined): Json {
  return (participants as { user_id: string; role: string }[]).map(({ user_id, role }) => ({ userId: user_id, role }));
}

/** Only what changed stands in an event, and so only that is told. */
function only(told: Fields, names: Record<string, string>): Fields {
  return Object.fromEntries(
    Object.entries(names).flatMap(([field, name]) => (told[field] === undefined ? [] : [[name, told[field]]])),
  );
}

function milliseconds({ timestamp }: Pick<ChatEvent, 'timestamp'>): string {
  return `${timestamp.slice(0, 23)}Z`;
}

/** What thin endpoints are told of an event: ids, times and numbers, from which they can ask for the rest. */
const THIN: ReadonlySet<string> = new Set([
  ...['messageId', 'conversationId', 'threadId', 'parentThreadId', 'senderId', 'senderType', 'userId', 'learnerId'],
  ...['deletedBy', 'createdBy', 'updatedBy', 'addedBy', 'removedBy', 'replyTo', 'subject', 'requestId', 'webhookId'],
  ...['createdAt', 'editedAt', 'deletedAt', 'updatedAt', 'addedAt', 'removedAt', 'erasedAt', 'lastSeenAt'],
  ...['type', 'role', 'status', 'edit'],
]);

/** An event without any text: what is not known to be none stays out. */
export function thin(event: WebhookEvent): WebhookEvent {
  return { ...event, data: Object.fromEntries(Object.entries(event.data).filter(([field]) => THIN.has(field))) };
}
