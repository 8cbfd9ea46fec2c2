import type { Actor } from '@threadlog/auth';
import type { MessageResource } from '@threadlog/events';
import { presentMessage, staleness, type MessageRow } from '@threadlog/read-models';
import { viewFor, type QueryContext } from '../context';
import { encodeIndex } from '../cursors';
import type { PageEdges } from '../pages';
import { resolveThread, visibleCount, type VisibleThread } from '../access/visibleThread';
import { repliesTo } from './replies';
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
  /** Newer messages wait for an operator. */
  stale?: true;
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
  const messages = await presentMessages(context, actor, rows, thread);
  return {
    messages,
    ...edges(rows, hasMore),
    totalCount: visibleCount(thread, includeDeleted),
    ...staleness(thread.row),
  };
}

/** The pinned messages of a thread that the actor may see, newest first. */
export async function pinnedMessages(
  context: QueryContext,
  actor: Actor,
  { threadId, limit, before }: Pick<MessagePageRequest, 'threadId' | 'limit' | 'before'>,
): Promise<PageEdges & { messages: MessageResource[] }> {
  const thread = await resolveThread(context.statements, actor, threadId);
  const { visibleFrom } = thread;
  const found = await context.messages().pinned(actor.tenantId, threadId, { before, limit: limit + 1, visibleFrom });
  const rows = found.slice(0, limit);
  const messages = await presentMessages(context, actor, rows, thread);
  return { messages, ...edges(rows, found.length > limit) };
}

/** Rows of a thread as resources for the actor; profiles, keys and, where there may be any, replies loaded together. */
export async function presentMessages(
  context: QueryContext,
  actor: Actor,
  rows: readonly MessageRow[],
  { row: { has_sub_threads }, visibleFrom }: VisibleThread,
): Promise<MessageResource[]> {
  const messages = visibleFrom > 1 ? rows.map((row) => ({ row, visibleFrom })) : [];
  const [view, replies] = await Promise.all([
    viewFor(context, actor, { rows, userIds: rows.map((row) => row.sender_id), messages }),
    repliesTo(context.statements, actor.tenantId, has_sub_threads ? rows : []),
  ]);
  return rows.map((row) => presentMessage(row, view, replies.get(row.message_id)));
}

/**
 * `prevCursor` names the first message of every page that has one: newer messages may come at any time, so a client
 * that keeps it can ask for them (`order=asc&after=`) even where there were none yet.
 */
function edges(rows: readonly MessageRow[], hasMore: boolean): PageEdges {
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    hasMore,
    nextCursor: hasMore && last ? encodeIndex(last.message_index) : null,
    prevCursor: first ? encodeIndex(first.message_index) : null,
  };
}
