import { z } from 'zod';
import { attachmentSchema, clientMessageIdSchema, MESSAGE_TYPES, modelNameSchema, RUN_FINISHES } from '../catalogue';
import { idInputSchema, subjectNameSchema, threadIdInputSchema } from '../idInputs';
import {
  captionInputSchema,
  contentInputSchema,
  requireSaying,
  emojiInputSchema,
  formerEmojiInputSchema,
  metadataInputSchema,
  titleInputSchema,
} from '../inputs';
import { LIMITS } from '../limits';
import type { MessageResource } from '../resources/message';
import type { ThreadResource } from '../resources/thread';
import { freeText } from '../text';

const conversation = { conversationId: threadIdInputSchema };
const message = { messageId: idInputSchema };

/**
 * What a client may send, by event. Unknown fields are dropped rather than refused: older clients send some of their
 * own. Every free part is bounded; the frame as a whole is bounded by the server.
 */
export const CLIENT_EVENTS = {
  'message:send': requireSaying(
    z.object({
      ...conversation,
      /** A sub-thread of the conversation, or the conversation itself. */
      threadId: threadIdInputSchema.nullish(),
      content: captionInputSchema,
      messageType: z.enum(MESSAGE_TYPES).optional(),
      attachments: z.array(attachmentSchema).max(LIMITS.attachments).optional(),
      metadata: metadataInputSchema.nullish(),
      replyTo: idInputSchema.nullish(),
      mentions: z.array(subjectNameSchema).max(LIMITS.mentions).optional(),
      /** The client's own id; comes back as `clientMessageId`, and makes sending again safe. */
      tempId: clientMessageIdSchema.nullish(),
    }),
  ),
  'message:edit': z.object({
    ...message,
    content: contentInputSchema,
    mentions: z.array(subjectNameSchema).max(LIMITS.mentions).optional(),
  }),
  'message:delete': z.object(message),
  /** Without a message: everything up to the newest. */
  'message:read': z.object({ ...conversation, messageId: idInputSchema.nullish() }),
  'reaction:add': z.object({ ...message, emoji: emojiInputSchema }),
  'reaction:remove': z.object({ ...message, emoji: formerEmojiInputSchema }),
  'typing:start': z.object(conversation),
  'typing:stop': z.object(conversation),
  typing: z.object({ ...conversation, isTyping: z.boolean().default(true) }),
  /** A run of an agent in the conversation or a sub-thread of it: what it has said becomes its message. */
  'agent:stop': z.object({ ...conversation, threadId: threadIdInputSchema.nullish(), runId: z.uuid() }),
  /**
   * An agent answers a message by itself: it begins, uses a tool, or has said all. With `tempId` a repeat of the whole is
   * given the first answer again.
   */
  'agent:run': z.object({
    ...conversation,
    threadId: threadIdInputSchema.nullish(),
    triggerMessageId: idInputSchema,
    state: z.enum(['thinking', 'tool', 'ended']),
    reason: z.enum(RUN_FINISHES).nullish(),
    inputTokens: z.int().min(0).optional(),
    outputTokens: z.int().min(0).optional(),
    model: modelNameSchema.optional(),
    tempId: clientMessageIdSchema.nullish(),
  }),
  /** What it says next: 1, 2, 3 … within what `agent:run` has begun. */
  'agent:text': z.object({ runId: z.uuid(), n: z.int().min(1), text: freeText(LIMITS.contentCharacters, 1) }),
  'presence:ping': z.object({}).optional(),
  'auth:refresh': z.object({ token: freeText(LIMITS.tokenCharacters, 1) }),
  /** With `since`, what came after that seq is sent first, and it ends in `resumed` or `resync`. */
  'conversation:join': z.union([
    threadIdInputSchema.transform((conversationId) => ({ conversationId, since: undefined })),
    z.object({ ...conversation, since: z.int().min(0).optional() }),
  ]),
  /** Holds until the conversation is joined again. */
  'conversation:leave': z.union([
    threadIdInputSchema.transform((conversationId) => ({ conversationId })),
    z.object(conversation),
  ]),
  'thread:create': z.object({
    ...conversation,
    title: titleInputSchema.nullish(),
    rootMessageId: idInputSchema.nullish(),
  }),
  'thread:switch': z.object({ ...conversation, threadId: threadIdInputSchema }),
} as const satisfies Record<string, z.ZodType>;

export type ClientEventName = keyof typeof CLIENT_EVENTS;
/** A payload as a client may write it. */
export type ClientPayload<E extends ClientEventName> = z.input<(typeof CLIENT_EVENTS)[E]>;
/** The same payload, checked. */
export type ParsedClientPayload<E extends ClientEventName> = z.output<(typeof CLIENT_EVENTS)[E]>;

export interface MessagePage {
  messages: MessageResource[];
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
  totalCount?: number;
}

/** What the server answers an event's ack with where it succeeds: the resource as REST would show it. */
export interface ClientEventAnswers {
  'message:send': MessageResource;
  'message:edit': MessageResource;
  'message:delete': { messageId: string };
  'message:read': { conversationId: string; messageId: string | null; readAt: string | null; unreadCount: number };
  'reaction:add': MessageResource;
  'reaction:remove': MessageResource;
  'typing:start': { conversationId: string };
  'typing:stop': { conversationId: string };
  typing: { conversationId: string };
  'agent:stop': { runId: string };
  /** At its end with the message; null where the agent has said nothing. */
  'agent:run': { runId: string; message?: MessageResource | null };
  'agent:text': { runId: string; n: number };
  'presence:ping': { serverTime: string };
  /** When the new token ends, in seconds since the epoch. */
  'auth:refresh': { expiresAt: number | null };
  /** The seq from which on frames follow. */
  'conversation:join': { conversationId: string; seq: number };
  'conversation:leave': { conversationId: string };
  'thread:create': ThreadResource;
  /** The latest page of the thread. */
  'thread:switch': MessagePage;
}

/** A failed command as its ack gets it: the problem object of REST. Recognised by `code`, which no resource has. */
export interface SocketProblem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  retryable: boolean;
  errors?: { pointer: string; code: string; message: string }[];
  requestId?: string;
  instance?: string;
  error: string;
  message: string;
}

export type Ack<E extends ClientEventName> = (answer: ClientEventAnswers[E] | SocketProblem) => void;

/** Socket.io's map of what clients send; every event may take an ack. */
export type ClientToServerEvents = {
  [E in ClientEventName]: (payload: ClientPayload<E>, ack?: Ack<E>) => void;
};
