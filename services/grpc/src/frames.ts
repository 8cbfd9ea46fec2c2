import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  v1Attachment,
  v1Conversation,
  v1Message,
  type ServerEventName,
  type ServerFrame,
  type ServerToClientPayloads,
} from '@threadlog/events';
import type { SubscribeResponseSchema } from './gen/chat/v1/chat_pb';
import { attachmentOf, conversationOf, instantOf, messageOf, optionalInstant, structOf } from './messages';

type Response = MessageInitShape<typeof SubscribeResponseSchema>;
type Content = NonNullable<Response['frame']>;
type Payload<E extends ServerEventName> = ServerToClientPayloads[E];

/** How frames look in the types of the proto file; those that are not here are told as they are. */
const CONTENTS: { [E in ServerEventName]?: (payload: Payload<E>) => Content } = {
  hello: ({ serverTime, tenantId, userId }) => ({
    case: 'hello',
    value: { serverTime: instantOf(serverTime), tenantId, userId },
  }),
  'message:new': (message) => ({ case: 'messageCreated', value: messageOf(v1Message(message)) }),
  'message:updated': (change) => ({ case: 'messageUpdated', value: messageUpdated(change) }),
  'message:deleted': ({ messageId, messageIndex, deletedAt }) => ({
    case: 'messageDeleted',
    value: { messageId, messageIndex, deletedAt: instantOf(deletedAt) },
  }),
  'reaction:added': (payload) => ({ case: 'reactionAdded', value: reaction(payload) }),
  'reaction:removed': (payload) => ({ case: 'reactionRemoved', value: reaction(payload) }),
  'message:read': ({ messageId, messageIndex, userId, readAt }) => ({
    case: 'messageRead',
    value: { messageId, messageIndex, userId, readAt: instantOf(readAt) },
  }),
  'user:typing': ({ userId, isTyping }) => ({ case: 'typing', value: { userId, isTyping } }),
  'user:online': ({ userId }) => ({ case: 'presence', value: { userId, online: true } }),
  'user:offline': ({ userId, lastSeenAt }) => ({
    case: 'presence',
    value: { userId, online: false, lastSeenAt: optionalInstant(lastSeenAt) },
  }),
  'user:joined': ({ userId, role }) => ({ case: 'participantJoined', value: { userId, role } }),
  'user:left': ({ userId, reason = '' }) => ({ case: 'participantLeft', value: { userId, reason } }),
  'conversation:created': ({ conversation }) => ({
    case: 'conversationCreated',
    value: conversationOf(v1Conversation(conversation)),
  }),
  'conversation:updated': (change) => ({ case: 'conversationUpdated', value: conversationUpdated(change) }),
  'conversation:deleted': ({ reason }) => ({ case: 'conversationDeleted', value: { reason } }),
  resumed: () => ({ case: 'resumed', value: {} }),
  resync: () => ({ case: 'resync', value: {} }),
};

/** A frame as an answer of `Subscribe`; null for one that only repeats another under a second name. */
export function responseOf({ name, payload }: ServerFrame): Response | null {
  if (name === 'message:edited') return null;
  const content = CONTENTS[name] as ((payload: unknown) => Content) | undefined;
  const place = payload as { conversationId?: string; threadId?: string; seq?: number | null };
  return {
    type: name,
    conversationId: place.conversationId ?? '',
    threadId: place.threadId ?? '',
    seq: BigInt(place.seq ?? 0),
    frame: content ? content(payload) : { case: 'other', value: structOf(plain(payload))! },
  };
}

/** Without the fields that are not set, which JSON does not have. */
function plain(payload: object): Parameters<typeof structOf>[0] {
  return JSON.parse(JSON.stringify(payload)) as Parameters<typeof structOf>[0];
}

function reaction({ messageId, messageIndex, emoji, userId }: Payload<'reaction:added'>) {
  return { messageId, messageIndex, emoji, userId };
}

function messageUpdated(change: Payload<'message:updated'>) {
  if (change.message) return { message: messageOf(v1Message(change.message)) };
  const { conversationId, threadId, seq, messageId: id, messageIndex, updatedAt } = change;
  const fields = {
    ...(change.content !== undefined && { content: change.content ?? '' }),
    ...(change.metadata !== undefined && { metadata: structOf(change.metadata) }),
    ...(change.attachments && { attachments: change.attachments.map((each) => attachmentOf(v1Attachment(each))) }),
    ...(change.mentions && { mentions: change.mentions }),
    ...(change.edit !== undefined && { edited: change.edit > 0 }),
    ...(updatedAt !== undefined && { updatedAt: instantOf(updatedAt) }),
  };
  const message = { id, conversationId, threadId, seq: BigInt(seq), messageIndex, ...fields };
  return { message, changed: maskOf(fields) };
}

function conversationUpdated({ participant, ...change }: Payload<'conversation:updated'>) {
  const fields = {
    ...(change.title !== undefined && { title: change.title ?? '' }),
    ...(change.metadata !== undefined && { metadata: structOf(change.metadata) }),
    ...(change.status !== undefined && { status: change.status }),
    ...(change.updatedAt !== undefined && { updatedAt: instantOf(change.updatedAt) }),
  };
  return {
    conversation: { id: change.threadId, seq: BigInt(change.seq), ...fields },
    changed: maskOf(fields),
    participant,
    agentMode: change.agentMode ?? '',
  };
}

function maskOf(fields: object): { paths: string[] } {
  return { paths: Object.keys(fields).map((name) => (name === 'updatedAt' ? 'updated_at' : name)) };
}
