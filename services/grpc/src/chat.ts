import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import type { V1Conversations, V1Message, V1Messages, V1Read } from '@threadlog/events';
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
import { listOf, pageOf, readOf, sentOf, textOfInstant } from './messages';
import type { Caller, ChatCalls } from './ports';
import type { Refuse } from './refuse';

export interface ChatDeps {
  calls: ChatCalls;
  refuse: Refuse;
  /** Most milliseconds until a call is answered, whatever its deadline. */
  timeoutMs: number;
}

export type ChatImplementation = ServiceImpl<typeof ChatService>;

type Run<Request, Answer> = (request: Request, context: CallContext, caller: Caller) => Promise<Answer>;

/** The methods that are one message and one answer; answers are those of `/v1`. */
export interface ChatMethods {
  sendMessage: Method<SendMessageRequest, { message: V1Message }>;
  markAsRead: Method<MarkAsReadRequest, V1Read>;
  getMessages: Method<GetMessagesRequest, V1Messages>;
  getConversations: Method<GetConversationsRequest, V1Conversations>;
}
type Method<Request, Answer> = (request: Request, context: CallContext) => Promise<Answer>;

export function createChatMethods(deps: ChatDeps): ChatMethods {
  const { refuse, timeoutMs } = deps;
  function method<Request, Answer>(run: Run<Request, Answer>): Method<Request, Answer> {
    return async (request, context) => {
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
  };
}

/** The whole service for the library, with answers in the types of the proto file. */
export function createChatService(
  methods: ChatMethods,
  subscribe: ChatImplementation['subscribe'],
): ChatImplementation {
  return {
    sendMessage: async (request, context) => sentOf(await methods.sendMessage(request, context)),
    markAsRead: async (request, context) => readOf(await methods.markAsRead(request, context)),
    getMessages: async (request, context) => pageOf(await methods.getMessages(request, context)),
    getConversations: async (request, context) => listOf(await methods.getConversations(request, context)),
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
      if (duplicate) throw alreadyThere(caller, message);
      return { message };
    },
    async markAsRead({ conversationId, messageId }: MarkAsReadRequest, context: CallContext, caller: Caller) {
      const { read, token } = await calls.markAsRead(caller, { conversationId, messageId: messageId || undefined });
      tellToken(context, token);
      return read;
    },
  };
}

function readsOf({ calls }: ChatDeps) {
  return {
    getMessages(request: GetMessagesRequest, context: CallContext, { actor }: Caller) {
      const { conversationId, limit, beforeTimestamp: before } = request;
      const asked = { conversationId, ...limited(limit), beforeTimestamp: before && textOfInstant(before) };
      return calls.getMessages(actor, asked, tokenIn(context));
    },
    getConversations({ limit, cursor }: GetConversationsRequest, context: CallContext, { actor }: Caller) {
      return calls.getConversations(actor, { ...limited(limit), cursor: cursor || undefined }, tokenIn(context));
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

function alreadyThere({ requestId }: Caller, message: V1Message): ConnectError {
  return errorOf(SENT_BEFORE, { requestId, details: [detail(SendMessageResponseSchema, sentOf({ message }))] });
}

function tellToken({ responseHeader }: CallContext, token: string | undefined): void {
  if (token !== undefined) responseHeader.set(CONSISTENCY_HEADER, token);
}

function tokenIn({ requestHeader }: CallContext): string | undefined {
  return requestHeader.get(CONSISTENCY_HEADER) ?? undefined;
}
