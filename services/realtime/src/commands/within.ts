import { problem, rootThreadId } from '@threadlog/events';

/** The thread that a command names beside a conversation, which must be the conversation or below it; else `not_found`. */
export function threadWithin(conversationId: string, threadId: string, what: 'thread' | 'message' = 'thread'): string {
  if (rootThreadId(threadId) !== rootThreadId(conversationId)) throw problem('not_found', `No such ${what}.`);
  return threadId;
}
