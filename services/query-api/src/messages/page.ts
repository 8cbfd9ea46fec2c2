import type { Actor } from '@threadlog/auth';
import type { MessageResource } from '@threadlog/events';
import { presentMessage, type ListedMessage } from '@threadlog/read-models';
import { viewFor, type QueryContext } from '../context';
import { encodeIndex } from '../cursors';
import type { PageEdges } from '../pages';
import { resolveThread, visibleCount } from '../threads/access';

export interface MessagePageRequest {
  threadId: string;
  /** Only messages of a lower, of a higher index than these. */
  before?: number | undefined;
  after?: number | undefined;
  order: 'asc' | 'desc';
  limit: number;
  includeDeleted: boolean;
}

export interface MessagePage extends PageEdges {
  messages: MessageResource[];
  /** Messages in the thread that the actor may see, whatever page was asked for. */
  totalCount: number;
}

/**
 * A page of a thread. The access check and the page are asked for at the same time: most threads are visible from the
 * first message on, and where a participant sees only a part, the page is read once more within its bound. Nothing of
 * the first reading leaves this function before the check has passed.
 */
export async function messagePage(
  context: QueryContext,
  actor: Actor,
  request: MessagePageRequest,
): Promise<MessagePage> {
  const { threadId, limit, order, includeDeleted, before, after } = request;
  const options = { before, after, order, includeDeleted, limit: limit + 1 };
  const read = (visibleFrom: number): Promise<ListedMessage[]> =>
    context.messages().page(actor.tenantId, threadId, { ...options, visibleFrom });
  const [thread, unbounded] = await Promise.all([resolveThread(context.statements, actor, threadId), read(1)]);
  const found = thread.visibleFrom === 1 ? unbounded : await read(thread.visibleFrom);
  const hasMore = found.length > limit;
  const rows = hasMore ? found.slice(0, limit) : found;
  const messages = await presentMessages(context, actor, rows);
  return { messages, ...edges(rows, hasMore), totalCount: visibleCount(thread, includeDeleted) };
}

/** Rows as resources for the actor, profiles and keys loaded together. */
export async function presentMessages(
  context: QueryContext,
  actor: Actor,
  rows: readonly ListedMessage[],
): Promise<MessageResource[]> {
  const view = await viewFor(context, actor, { rows, userIds: rows.map((row) => row.sender_id) });
  return rows.map((row) => presentMessage(row, view));
}

/**
 * `prevCursor` names the first message of every page that has one: newer messages may come at any time, so a client
 * that keeps it can ask for them (`order=asc&after=`) even where there were none yet.
 */
function edges(rows: readonly ListedMessage[], hasMore: boolean): PageEdges {
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    hasMore,
    nextCursor: hasMore && last ? encodeIndex(last.message_index) : null,
    prevCursor: first ? encodeIndex(first.message_index) : null,
  };
}
