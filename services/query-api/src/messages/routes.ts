import { messageSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import type { QueryContext } from '../context';
import { decodeEdit, decodeIndex } from '../cursors';
import { ok, readRoute } from '../readRoute';
import * as schemas from '../schemas';
import { editPage } from './edits';
import { findMessage, refuseDeleted } from './one';
import { messagePage, pinnedMessages, presentMessages } from './page';

const tags = ['Messages'];

const page = readRoute<{ params: typeof schemas.threadParams; query: typeof schemas.messagePageQuery }>({
  path: '/api/v1/threads/{threadId}/messages',
  operationId: 'listMessages',
  summary: 'List messages',
  description:
    'A page of a thread. `nextCursor` goes on in the order asked for: pass it as `before` (newest first) or as `after` ' +
    '(`order=asc`). `prevCursor` names the first message of the page: with `order=asc&after=` it finds what came since.',
  tags,
  params: schemas.threadParams,
  query: schemas.messagePageQuery,
  responses: { 200: { description: 'A page of messages', schema: schemas.messagePageSchema } },
  problems: ['forbidden'],
  async handler({ actor, params, query }, context) {
    const bounds = { before: decodeIndex(query.before, 'before'), after: decodeIndex(query.after, 'after') };
    return ok(await messagePage(context, actor, { threadId: params.threadId, ...query, ...bounds }));
  },
});

const one = readRoute<{ params: typeof schemas.messageParams; query: typeof schemas.messageQuery }>({
  path: '/api/v1/threads/{threadId}/messages/{messageId}',
  operationId: 'getMessage',
  summary: 'Get a message',
  tags,
  params: schemas.messageParams,
  query: schemas.messageQuery,
  responses: { 200: { description: 'The message', schema: messageSchema, headers: schemas.etagHeaders } },
  problems: ['forbidden', 'gone'],
  async handler({ actor, params, query }, context) {
    const { row, thread } = await findMessage(context, actor, params);
    if (!query.includeDeleted) refuseDeleted(row);
    const [message] = await presentMessages(context, actor, [row], thread);
    return ok(message, { ETag: `"${row.edit}"` });
  },
});

const history = readRoute<{ params: typeof schemas.messageParams; query: typeof schemas.historyQuery }>({
  path: '/api/v1/threads/{threadId}/messages/{messageId}/history',
  operationId: 'getMessageHistory',
  summary: 'Get the former texts of a message',
  description:
    'Oldest first; the present text is the message’s own. `nextCursor` goes on: pass it as `after`. Deleting a message ' +
    'deletes its history.',
  tags,
  params: schemas.messageParams,
  query: schemas.historyQuery,
  responses: { 200: { description: 'The former texts', schema: schemas.historySchema } },
  problems: ['forbidden', 'gone'],
  async handler({ actor, params, query }, context) {
    const after = decodeEdit(query.after, 'after');
    const { row } = await findMessage(context, actor, params);
    refuseDeleted(row);
    return ok(await editPage(context, actor, { row, after, limit: query.limit }));
  },
});

const pins = readRoute<{ params: typeof schemas.threadParams; query: typeof schemas.pinsQuery }>({
  path: '/api/v1/threads/{threadId}/pins',
  operationId: 'listPins',
  summary: 'List pinned messages',
  description: 'The newest message first, whenever it was pinned. `nextCursor` goes on: pass it as `before`.',
  tags,
  params: schemas.threadParams,
  query: schemas.pinsQuery,
  responses: { 200: { description: 'A page of pinned messages', schema: schemas.pinsSchema } },
  problems: ['forbidden'],
  async handler({ actor, params, query }, context) {
    const before = decodeIndex(query.before, 'before');
    return ok(await pinnedMessages(context, actor, { threadId: params.threadId, limit: query.limit, before }));
  },
});

export const messageRoutes: readonly Route<QueryContext>[] = [page, one, history, pins];
