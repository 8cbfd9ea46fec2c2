import { messagePostSchema, type CommandAccepted } from '@threadlog/commands';
import { problem, rootThreadId, v1Message, type MessageResource, type V1Message, type V1Read } from '@threadlog/events';
import { accepted, keyOf, type Caller } from '../../http/carryOut';
import { moveReadPosition, type ReadingDeps } from '../../routes/markRead';
import type { SendRequest } from './schemas';

/** What a message was answered with. `told.replayed` says that it was sent before: nothing was done again. */
export interface Sent {
  told: CommandAccepted;
  message: V1Message;
}

/**
 * Sends a message, for `/v1` and gRPC alike. A key is required, so that whoever does not know what became of a request
 * can send it again.
 */
export async function sendMessage(caller: Caller, deps: ReadingDeps, request: SendRequest): Promise<Sent> {
  const key = keyOf(caller) ?? request.idempotency_key;
  if (key === undefined) throw keyMissing();
  const input = messagePostSchema.parse({
    threadId: request.conversation_id,
    content: request.content,
    messageType: request.message_type,
    attachments: request.attachments.map(({ external_file_id: externalFileId, label, mime, bytes }) => ({
      externalFileId,
      label: label ?? undefined,
      mime: mime ?? undefined,
      bytes: bytes ?? undefined,
    })),
    metadata: request.metadata,
    replyTo: request.reply_to,
    mentions: request.mentions,
  });
  const told = await accepted(caller, deps, { type: 'message.post', input }, key);
  return { told, message: v1Message(told.resource as MessageResource) };
}

function keyMissing() {
  const message = 'is required: the same request under the same key is carried out once';
  const errors = [{ pointer: '/idempotency_key', code: 'missing', message }];
  return problem('invalid_request', `idempotency_key ${message}`, { errors });
}

export interface MarkReadRequest {
  conversationId: string;
  messageId?: string | null | undefined;
}

/** Marks a conversation as read, up to a message or all of it. */
export async function markAsRead(caller: Caller, deps: ReadingDeps, request: MarkReadRequest) {
  const place = { threadId: request.conversationId, messageId: request.messageId };
  const { told, position, unreadCount } = await moveReadPosition(caller, deps, place);
  const read: V1Read = {
    conversation_id: rootThreadId(request.conversationId),
    message_id: position.messageId,
    read_at: position.readAt,
    unread_count: unreadCount,
  };
  return { told, read };
}
