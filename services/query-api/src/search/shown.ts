import type { Actor } from '@threadlog/auth';
import type { MessageRow } from '@threadlog/read-models';
import type { QueryContext } from '../context';
import { threadsSeen, type VisibleThread } from '../access/visibleThread';
import type { Hit } from './window';

/** A hit that the actor may be shown. */
export interface ShownHit {
  hit: Hit;
  thread: VisibleThread;
  /** Null where it is the title that matches. */
  message: MessageRow | null;
}

/**
 * The first of these hits that the actor may be shown, up to a number. The access rule proper is applied here, to
 * threads as they are now. Where nothing is missing, one look at the threads and at the messages does.
 */
export async function shownHits(
  context: Pick<QueryContext, 'statements' | 'messages'>,
  actor: Actor,
  { hits, most }: { hits: readonly Hit[]; most: number },
): Promise<ShownHit[]> {
  const shown: ShownHit[] = [];
  for (let at = 0; at < hits.length && shown.length < most;) {
    const portion = hits.slice(at, at + most - shown.length);
    at += portion.length;
    const places = portion.map(({ threadId, index }) => ({
      tenant_id: actor.tenantId,
      thread_id: threadId,
      message_index: index,
    }));
    const [threads, rows] = await Promise.all([
      threadsSeen(context.statements, actor, [...new Set(portion.map(({ threadId }) => threadId))]),
      context.messages().byKeys(places.filter(({ message_index }) => message_index > 0)),
    ]);
    const messages = new Map(rows.map((row) => [`${row.thread_id}/${row.message_index}`, row]));
    for (const hit of portion) {
      const thread = threads.get(hit.threadId);
      const message = messages.get(`${hit.threadId}/${hit.index}`) ?? null;
      if (thread && (hit.index === 0 || isShown(message, thread))) shown.push({ hit, thread, message });
    }
  }
  return shown;
}

function isShown(message: MessageRow | null, { visibleFrom }: VisibleThread): boolean {
  return message !== null && message.deleted_at === null && message.message_index >= visibleFrom;
}
