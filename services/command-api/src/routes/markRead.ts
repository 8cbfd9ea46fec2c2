import { readUpTo } from '@threadlog/commands';
import { rootThreadId } from '@threadlog/events';
import type { ReadPlace } from '@threadlog/read-models';
import type { RouteReply } from '@threadlog/service';
import { z } from 'zod';
import { accepted, keyOf, type Caller } from '../http/carryOut';
import { replyTo, type CommandRouteDeps } from '../http/commandRoute';

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

/** What moving a read position needs. */
export type ReadingDeps = Pick<CommandRouteDeps, 'router' | 'timeoutMs' | 'lookUps'>;

/**
 * Moves the caller's read position to a message, or to the newest (`readUpTo`). Without a message a key is left out:
 * between two attempts the newest message may be another one, and reading again harms nobody.
 */
export function moveReadPosition(caller: Caller, deps: ReadingDeps, place: ReadPlace) {
  const { actor } = caller;
  const { threadId } = place;
  return readUpTo(place, {
    execute: (command) =>
      accepted(caller, deps, command, place.messageId && command.type === 'thread.read' ? keyOf(caller) : null),
    named: (messageId) => deps.lookUps.readTarget(actor, { threadId, messageId }),
    unreadAfter: (target, readIndex) => deps.lookUps.unreadAfter(actor, target, readIndex),
  });
}

export async function markRead(caller: Caller, deps: CommandRouteDeps, place: ReadPlace): Promise<RouteReply> {
  const { threadId } = place;
  const { told, position, unreadCount } = await moveReadPosition(caller, deps, place);
  const { messageId, messageIndex, readAt } = position;
  return replyTo(told, deps, {
    body: { threadId, conversationId: rootThreadId(threadId), messageId, messageIndex, readAt, unreadCount },
  });
}
