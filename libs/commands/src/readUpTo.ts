import type { UserThreadResource } from '@threadlog/events';
import type { Command } from './contracts';

/** What `thread.newest` tells: how far a thread goes for the actor, as its owner knows it. */
export interface NewestMessage {
  /** Null where the actor sees none. */
  messageId: string | null;
  /** 0 where the actor sees none. */
  messageIndex: number;
}

/** A message that was named, and where it stands. */
export interface NamedMessage {
  message: { id: string; index: number } | null;
}

export interface ReadSteps<Told extends { resource: unknown }, Named extends NamedMessage> {
  /** Carries a command out in the reader's name; throws what it is refused with. */
  execute(command: Command): Promise<Told>;
  /** Looks a named message up; throws `not_found`. */
  named(messageId: string): Promise<Named>;
  /** What the read model has above a position. */
  unreadAfter(named: Named, readIndex: number): Promise<number>;
}

export interface ReadUpTo<Told> {
  told: Told;
  position: UserThreadResource;
  unreadCount: number;
}

/**
 * Moves a reader's position to a message, or to the newest. The position belongs to the reader's own stream and the
 * message to the thread's, which another process may own; which message is the newest is asked of that owner. The read
 * model is a moment behind, and a badge would stay for what was written in that moment.
 */
export async function readUpTo<Told extends { resource: unknown }, Named extends NamedMessage>(
  { threadId, messageId }: { threadId: string; messageId?: string | null | undefined },
  steps: ReadSteps<Told, Named>,
): Promise<ReadUpTo<Told>> {
  if (messageId) return readUpToNamed(steps, threadId, await steps.named(messageId));
  const newest = await newestOf(steps, threadId);
  const told = await steps.execute(readCommand(threadId, newest));
  return { told, position: told.resource as UserThreadResource, unreadCount: 0 };
}

async function readUpToNamed<Told extends { resource: unknown }, Named extends NamedMessage>(
  steps: ReadSteps<Told, Named>,
  threadId: string,
  named: Named,
): Promise<ReadUpTo<Told>> {
  const { id, index } = named.message ?? { id: null, index: 0 };
  const [told, newest] = await Promise.all([
    steps.execute(readCommand(threadId, { messageId: id, messageIndex: index })),
    // Only the count needs it: without an answer that comes from the read model.
    newestOf(steps, threadId).catch(() => null),
  ]);
  const position = told.resource as UserThreadResource;
  const isAll = newest !== null && position.messageIndex >= newest.messageIndex;
  return { told, position, unreadCount: isAll ? 0 : await steps.unreadAfter(named, position.messageIndex) };
}

async function newestOf<Told extends { resource: unknown }>(
  { execute }: Pick<ReadSteps<Told, never>, 'execute'>,
  threadId: string,
): Promise<NewestMessage> {
  return (await execute({ type: 'thread.newest', input: { threadId } })).resource as NewestMessage;
}

/** Where there is nothing to read the thread may have been marked as unread. */
function readCommand(threadId: string, { messageId, messageIndex }: NewestMessage): Command {
  if (messageId === null) return { type: 'thread.preferences', input: { threadId, markedUnread: false } };
  return { type: 'thread.read', input: { threadId, messageId, messageIndex } };
}
