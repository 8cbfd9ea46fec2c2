import { notThere, rootThreadId } from '@threadlog/events';

/** The thread that a command names beside a conversation, which must be the conversation or below it; else `not_found`. */
export function threadWithin(conversationId: string, threadId: string): string {
  if (rootThreadId(threadId) !== rootThreadId(conversationId)) throw notThere();
  return threadId;
}
