import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import { CONSISTENCY_HEADER, onBehalfOf } from '@threadlog/service';
import { callOf, type CallContext } from './call';
import { detail, errorOf } from './errors';
import {
  SendMessageResponseSchema,
  type ChatService,
  type GetConversationsRequest,
  type GetMessagesRequest,
  type MarkAsReadRequest,
  type SendMessageRequest,
} from './gen/chat/v1/chat_pb';
import { conversationOf, messageOf, optionalInstant, textOfInstant } from './messages';
import type { Caller, ChatCalls } from './ports';
import type { Refuse } from './refuse';

export interface ChatDeps {
  calls: ChatCalls;
  subscribe: ChatImplementation['subscribe'];
  refuse: Refuse;
  /** Most milliseconds until a call is answered, whatever its deadline. */
  timeoutMs: number;
}

export type ChatImplementation = ServiceImpl<typeof ChatService>;

type Run<Request, Answer> = (request: Request, context: CallContext, caller: Caller) => Promise<Answer>;

/** The service's methods: requests in the names of `/v1`, its answers in the types of the proto file. */
export function createChatService(deps: ChatDeps): ChatImplementation {
  const { refuse, subscribe, timeoutMs } = deps;
  function method<Request, Answer>(run: Run<Request, Answer>) {
    return async (request: Request, context: CallContext): Promise<Answer> => {
      const call = callOf(context);
      try {
        const caller = callerOf(context, timeoutMs);
        const { tenantId } = caller.actor;
        const answer = await onBehalfOf({ tenantId, surface: 'grpc' }, () => run(request, context, caller));
        call.outcome = 'ok';
        return answer;
      } catch (error) {
        throw refuse(call, error, context);
      }
    };
  }
  const { sendMessage, markAsRead, getMessages, getConversations } = { ...writesOf(deps), ...readsOf(deps) };
  return {
    sendMessage: method(sendMessage),
    markAsRead: method(markAsRead),
    getMessages: method(getMessages),
    getConversations: method(getConversations),
    subscribe,
  };
}

/** Who calls, with the time that is left of the call's deadline. */
function callerOf(context: CallContext, timeoutMs: number): Caller {
  const { actor, requestId, traceparent } = callOf(context);
  const left = context.timeoutMs() ?? timeoutMs;
  if (left <= 0) throw new ConnectError('The deadline was over before the call began.', Code.DeadlineExceeded);
  return { actor: actor!, requestId, traceparent, timeoutMs: Math.min(left, timeoutMs) };
}

function writesOf({ calls }: ChatDeps) {
  return {
    async sendMessage(request: SendMessageRequest, context: CallContext, caller: Caller) {
      const { message, duplicate, token } = await calls.sendMessage(caller, sendRequest(request));
      tellToken(context, token);
      const answer = { message: messageOf(message) };
      if (duplicate) throw alreadyThere(caller, answer);
      return answer;
    },
    async markAsRead({ conversationId, messageId }: MarkAsReadRequest, context: CallContext, caller: Caller) {
      const { read, token } = await calls.markAsRead(caller, { conversationId, messageId: messageId || undefined });
      tellToken(context, token);
      return {
        conversationId: read.conversation_id,
        messageId: read.message_id ?? '',
        readAt: optionalInstant(read.read_at),
        unreadCount: read.unread_count,
      };
    },
  };
}

function readsOf({ calls }: ChatDeps) {
  return {
    async getMessages(request: GetMessagesRequest, context: CallContext, { actor }: Caller) {
      const { conversationId, limit, beforeTimestamp: before } = request;
      const asked = { conversationId, ...limited(limit), beforeTimestamp: before && textOfInstant(before) };
      const page = await calls.getMessages(actor, asked, tokenIn(context));
      return {
        messages: page.messages.map(messageOf),
        hasMore: page.has_more,
        nextBeforeTimestamp: optionalInstant(page.next_before_timestamp),
      };
    },
    async getConversations({ limit, cursor }: GetConversationsRequest, context: CallContext, { actor }: Caller) {
      const asked = { ...limited(limit), cursor: cursor || undefined };
      const page = await calls.getConversations(actor, asked, tokenIn(context));
      return {
        conversations: page.conversations.map(conversationOf),
        hasMore: page.has_more,
        nextCursor: page.next_cursor ?? '',
      };
    },
  };
}

/** What is empty in proto3 was not given. */
function sendRequest({ attachments, metadata, messageType, replyTo, ...request }: SendMessageRequest): object {
  return {
    conversationId: request.conversationId,
    content: request.content,
    idempotencyKey: request.idempotencyKey || undefined,
    messageType: messageType || undefined,
    attachments: attachments.map(({ externalFileId, label, mime, bytes }) => ({
      externalFileId,
      label: label || undefined,
      mime: mime || undefined,
      bytes: bytes === undefined ? undefined : Number(bytes),
    })),
    metadata,
    replyTo: replyTo || undefined,
    mentions: request.mentions,
  };
}

/** 0 is the usual number. */
function limited(limit: number): { limit?: string } {
  return limit === 0 ? {} : { limit: String(limit) };
}

const SENT_BEFORE = {
  code: 'already_exists',
  detail: 'The same request came before under this idempotency key; the details have its answer.',
} as const;

function alreadyThere({ requestId }: Caller, answer: { message: ReturnType<typeof messageOf> }): ConnectError {
  return errorOf(SENT_BEFORE, { requestId, details: [detail(SendMessageResponseSchema, answer)] });
}

function tellToken({ responseHeader }: CallContext, token: string | undefined): void {
  if (token !== undefined) responseHeader.set(CONSISTENCY_HEADER, token);
}

function tokenIn({ requestHeader }: CallContext): string | undefined {
  return requestHeader.get(CONSISTENCY_HEADER) ?? undefined;
}
