import type { UserThreadResource } from '@threadlog/events';
import { rootThreadId } from '@threadlog/events';
import type { ReadPlace } from '@threadlog/read-models';
import type { RouteReply } from '@threadlog/service';
import { z } from 'zod';
import { accepted, keyOf, replyTo, type Caller, type CommandRouteDeps } from '../http/commandRoute';

/** How far the caller has read a thread, and what is left. */
export const readPositionSchema = z
  .object({
    threadId: z.string(),
    conversationId: z.string(),
    /** The last message read; null where there is none. */
    messageId: z.string().nullable(),
    messageIndex: z.int(),
    readAt: z.string().nullable(),
    /** 1,000 at most. */
    unreadCount: z.int(),
  })
  .meta({
    id: 'ReadPosition',
    example: {
      threadId: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
      conversationId: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
      messageId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11',
      messageIndex: 17,
      readAt: '2026-01-15T10:30:00.000000Z',
      unreadCount: 0,
    },
  });

/**
 * Moves the caller's read position to a message, or to the newest. Where the thread and the message stand is looked up
 * first, since the position belongs to the reader's own stream. Without a message a key is left out: between two
 * attempts the newest message may be another one, and reading again harms nobody.
 */
export async function markRead(caller: Caller, deps: CommandRouteDeps, place: ReadPlace): Promise<RouteReply> {
  const { lookUps } = deps;
  const target = await lookUps.readTarget(caller.actor, place);
  const { threadId, message } = target;
  const result = message
    ? await accepted(
        caller,
        deps,
        { type: 'thread.read', input: { threadId, messageId: message.id, messageIndex: message.index } },
        place.messageId ? keyOf(caller) : null,
      )
    : // Nothing to read, but it may have been marked as unread.
      await accepted(caller, deps, { type: 'thread.preferences', input: { threadId, markedUnread: false } }, null);
  const { messageId, messageIndex, readAt } = result.resource as UserThreadResource;
  const unreadCount = await lookUps.unreadAfter(caller.actor, target, messageIndex);
  return replyTo(result, deps, {
    body: { threadId, conversationId: rootThreadId(threadId), messageId, messageIndex, readAt, unreadCount },
  });
}
