import type { Actor } from '@threadlog/auth';
import { problem, notThere } from '@threadlog/events';
import type { MessageRow } from '@threadlog/read-models';
import type { QueryContext } from '../context';
import { resolveThread, type VisibleThread } from '../access/visibleThread';

export interface FoundMessage {
  row: MessageRow;
  thread: VisibleThread;
}

/**
 * A message of a thread that the actor may see. Throws `not_found` where there is none in its view of that thread.
 * Deleted messages are found too: their tombstone says so.
 */
export async function findMessage(
  context: QueryContext,
  actor: Actor,
  place: { threadId: string; messageId: string },
): Promise<FoundMessage> {
  const [thread, row] = await Promise.all([
    resolveThread(context.statements, actor, place.threadId),
    context.messages().byId(actor.tenantId, place.messageId),
  ]);
  if (!row || row.thread_id !== place.threadId || row.message_index < thread.visibleFrom) {
    throw notThere();
  }
  return { row, thread };
}

/** Throws `gone` for a deleted message. */
export function refuseDeleted(row: MessageRow): void {
  if (row.deleted_at !== null) throw problem('gone', 'the message was deleted');
}
