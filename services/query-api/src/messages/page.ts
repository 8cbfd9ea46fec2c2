import type { Actor } from '@threadlog/auth';
import type { MessageResource } from '@threadlog/events';
import { presentMessage, type ListedMessage } from '@threadlog/read-models';
import { viewFor, type QueryContext } from '../context';
import { encodeIndex } from '../cursors';
import type { PageEdges } from '../pages';
import { visibleCount } from '../threads/access';
import { readThreadPage } from './threadPage';

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

/** A page of a thread, in either order. */
export async function messagePage(
  context: QueryContext,
  actor: Actor,
  request: MessagePageRequest,
): Promise<MessagePage> {
  const { limit, includeDeleted } = request;
  const { thread, rows: found } = await readThreadPage(context, actor, { ...request, limit: limit + 1 });
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
