import { conversationOf, conversationSchema, rootThreadId, notThere } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import type { QueryContext } from '../context';
import { decodeIndex, decodeKeyset } from '../cursors';
import { messagePage, type MessagePage } from '../messages/page';
import { knownUsers } from '../presence/known';
import { ok } from '../readRoute';
import { etagHeaders, messagePageSchema } from '../schemas';
import { requireRead, resolveThread, resolveThreadParts } from '../access/visibleThread';
import { listThreads } from '../threads/list';
import { pageParticipants } from '../threads/participants';
import { presentThreads } from '../threads/present';
import type { Actor } from '@threadlog/auth';
import type { z } from 'zod';
import * as schemas from './schemas';
import { surfaceRoute } from './surfaceRoute';

const tags = ['Conversations'];

const list = surfaceRoute<{ query: typeof schemas.listQuery }>({
  path: '/api/conversations',
  operationId: 'listConversations',
  summary: 'List conversations',
  description: 'Those that the caller may see, newest activity first.',
  tags,
  query: schemas.listQuery,
  responses: { 200: { description: 'A page of conversations', schema: schemas.conversationPageSchema } },
  problems: ['forbidden'],
  async handler({ actor, query }, context) {
    requireRead(actor);
    return ok(await conversationPage(context, actor, query));
  },
});

/** A page of the conversations that the actor may see. */
export async function conversationPage(context: QueryContext, actor: Actor, query: z.infer<typeof schemas.listQuery>) {
  const request = { ...query, cursor: decodeKeyset('threads', query) };
  const { threads, ...edges } = await listThreads(context, actor, request);
  return { conversations: (await presentThreads(context, actor, threads)).map(conversationOf), ...edges };
}

const one = surfaceRoute<{ params: typeof schemas.conversationParams }>({
  path: '/api/conversations/{conversationId}',
  operationId: 'getConversation',
  summary: 'Get a conversation',
  tags,
  params: schemas.conversationParams,
  responses: { 200: { description: 'The conversation', schema: conversationSchema, headers: etagHeaders } },
  problems: ['forbidden'],
  async handler({ actor, params }, context) {
    const thread = await resolveThreadParts(context.statements, actor, params.conversationId);
    const [resource] = await presentThreads(context, actor, [thread]);
    return ok(conversationOf(resource!), { ETag: `"${thread.row.settings_version}"` });
  },
});

const messages = surfaceRoute<{ params: typeof schemas.conversationParams; query: typeof schemas.pageQuery }>({
  path: '/api/conversations/{conversationId}/messages',
  operationId: 'listConversationMessages',
  summary: 'List messages',
  description: 'Newest first. `nextCursor` goes on: pass it as `before`.',
  tags,
  params: schemas.conversationParams,
  query: schemas.pageQuery,
  responses: { 200: { description: 'A page of messages', schema: messagePageSchema } },
  problems: ['forbidden'],
  handler: async ({ actor, params, query }, context) => ok(await newest(context, actor, params.conversationId, query)),
});

const subThread = surfaceRoute<{ params: typeof schemas.subThreadParams; query: typeof schemas.pageQuery }>({
  path: '/api/conversations/{conversationId}/threads/{threadId}',
  operationId: 'getConversationThread',
  summary: 'Get a thread of a conversation',
  description: 'The thread and a page of its messages, newest first.',
  tags,
  params: schemas.subThreadParams,
  query: schemas.pageQuery,
  responses: { 200: { description: 'The thread and its messages', schema: schemas.subThreadPageSchema } },
  problems: ['forbidden'],
  async handler({ actor, params: { conversationId, threadId }, query }, context) {
    if (rootThreadId(threadId) !== conversationId) throw notThere();
    const thread = await resolveThreadParts(context.statements, actor, threadId);
    const [[resource], page] = await Promise.all([
      presentThreads(context, actor, [thread]),
      newest(context, actor, threadId, query),
    ]);
    return ok({ thread: conversationOf(resource!), ...page });
  },
});

interface PageQuery {
  before?: string | undefined;
  after?: string | undefined;
  limit: number;
}

/** With `after`, those that follow it come first to last, as they were written. */
function newest(context: QueryContext, actor: Actor, threadId: string, query: PageQuery): Promise<MessagePage> {
  const bounds = { before: decodeIndex(query.before, 'before'), after: decodeIndex(query.after, 'after') };
  const order = query.after === undefined ? 'desc' : 'asc';
  return messagePage(context, actor, { threadId, ...bounds, order, limit: query.limit, includeDeleted: false });
}

/** Presence of so many people is told; a larger conversation shows those who joined first. */
const PRESENCE_SHOWN = 1_000;

const presence = surfaceRoute<{ params: typeof schemas.conversationParams }>({
  path: '/api/conversations/{conversationId}/presence',
  operationId: 'getConversationPresence',
  summary: 'See who is online',
  description:
    'Those of the participants who share a thread with the caller, as everywhere: seeing the conversation by scope or office ' +
    'is not enough.',
  tags,
  params: schemas.conversationParams,
  responses: { 200: { description: 'The participants and whether they are online', schema: schemas.presenceSchema } },
  problems: ['forbidden'],
  async handler({ actor, params }, context) {
    const { row } = await resolveThread(context.statements, actor, params.conversationId);
    const { tenantId } = actor;
    const place = { tenantId, threadId: row.thread_id, rootId: rootThreadId(row.thread_id) };
    const { rows } = await pageParticipants(context.statements, place, { cursor: null, limit: PRESENCE_SHOWN });
    const userIds = rows.map(({ user_id }) => user_id);
    const known = await knownUsers(context.statements, actor, userIds);
    const items = await context.presence.of(
      tenantId,
      userIds.filter((userId) => known.has(userId)),
    );
    return ok({ online: items.filter(({ state }) => state === 'online').map(({ userId }) => userId), items });
  },
});

export const conversationRoutes: readonly Route<QueryContext>[] = [list, one, messages, subThread, presence];
