import { rootThreadId, threadSchema } from '@threadlog/events';
import { presentParticipant, UNREAD_COUNTED } from '@threadlog/read-models';
import type { Route } from '@threadlog/service';
import { viewFor, type QueryContext } from '../context';
import { decodeKeyset } from '../cursors';
import { ok, readRoute } from '../readRoute';
import * as schemas from '../schemas';
import { requireRead, resolveThread, resolveThreadParts } from '../access/visibleThread';
import { threadChanges } from './changes';
import { listThreads } from './list';
import { pageParticipants } from './participants';
import { presentThreads } from './present';
import { receiptsOf } from './receipts';
import { unreadOf } from './unread';

const tags = ['Threads'];

const list = readRoute<{ query: typeof schemas.threadListQuery }>({
  path: '/api/v1/threads',
  operationId: 'listThreads',
  summary: 'List threads',
  description:
    'Threads that the caller may see, newest activity first. Sub-threads are listed by `parentThreadId` only, and what ' +
    'the caller has hidden by `hidden=true` only.',
  tags,
  query: schemas.threadListQuery,
  responses: { 200: { description: 'A page of threads', schema: schemas.threadListSchema } },
  problems: ['forbidden'],
  async handler({ actor, query }, context) {
    requireRead(actor);
    // Answers `not_found` before it lists anything.
    const { parentThreadId: parent } = query;
    const root = parent === undefined ? undefined : await resolveThread(context.statements, actor, parent);
    const request = { ...query, cursor: decodeKeyset('threads', query), subThreadsFrom: root?.visibleFromSeq };
    const { threads, ...edges } = await listThreads(context, actor, request);
    return ok({ threads: await presentThreads(context, actor, threads), ...edges });
  },
});

const one = readRoute<{ params: typeof schemas.threadParams }>({
  path: '/api/v1/threads/{threadId}',
  operationId: 'getThread',
  summary: 'Get a thread',
  tags,
  params: schemas.threadParams,
  responses: { 200: { description: 'The thread', schema: threadSchema, headers: schemas.etagHeaders } },
  problems: ['forbidden'],
  async handler({ actor, params }, context) {
    const thread = await resolveThreadParts(context.statements, actor, params.threadId);
    const [resource] = await presentThreads(context, actor, [thread]);
    return ok(resource, { ETag: `"${thread.row.settings_version}"` });
  },
});

const participants = readRoute<{ params: typeof schemas.threadParams; query: typeof schemas.participantsQuery }>({
  path: '/api/v1/threads/{threadId}/participants',
  operationId: 'listParticipants',
  summary: 'List participants',
  description: 'Everybody who takes part, in the order they joined. Those of a sub-thread are its root’s.',
  tags: ['Participants'],
  params: schemas.threadParams,
  query: schemas.participantsQuery,
  responses: { 200: { description: 'A page of participants', schema: schemas.participantPageSchema } },
  problems: ['forbidden'],
  async handler({ actor, params, query }, context) {
    const cursor = decodeKeyset('participants', query);
    const { row, visibleFrom } = await resolveThread(context.statements, actor, params.threadId);
    const place = { tenantId: actor.tenantId, threadId: row.thread_id, rootId: rootThreadId(row.thread_id) };
    const { rows, ...edges } = await pageParticipants(context.statements, place, { cursor, limit: query.limit });
    const userIds = rows.map(({ user_id }) => user_id);
    const view = await viewFor(context, actor, { rows: [], userIds, messages: [] });
    return ok({ items: rows.map((participant) => presentParticipant(participant, view, visibleFrom)), ...edges });
  },
});

const changes = readRoute<{ params: typeof schemas.threadParams; query: typeof schemas.changesQuery }>({
  path: '/api/v1/threads/{threadId}/changes',
  operationId: 'getThreadChanges',
  summary: 'Get what changed since a seq',
  description:
    'Messages created, changed and deleted (as tombstones) after `since`, the thread and its participants where they ' +
    'changed. `resync: true` when this cannot be said: then read the thread again and go on from `seq`.',
  tags,
  params: schemas.threadParams,
  query: schemas.changesQuery,
  responses: { 200: { description: 'The changes', schema: schemas.changesSchema } },
  problems: ['forbidden'],
  handler: async ({ actor, params, query }, context) =>
    ok(await threadChanges(context, actor, { threadId: params.threadId, since: query.since })),
});

const receipts = readRoute<{ params: typeof schemas.threadParams }>({
  path: '/api/v1/threads/{threadId}/receipts',
  operationId: 'listReceipts',
  summary: 'List read receipts',
  description:
    'How far everybody who takes part has read; who has read nothing, or nothing that the caller sees, is not there.',
  tags: ['Reading'],
  params: schemas.threadParams,
  responses: { 200: { description: 'The receipts', schema: schemas.receiptsSchema } },
  problems: ['forbidden'],
  async handler({ actor, params: { threadId } }, context) {
    const { visibleFrom } = await resolveThread(context.statements, actor, threadId);
    const place = { tenantId: actor.tenantId, threadId, rootId: rootThreadId(threadId), visibleFrom };
    return ok({ items: await receiptsOf(context.statements, place) });
  },
});

const unread = readRoute({
  path: '/api/v1/unread',
  operationId: 'getUnread',
  summary: 'Count unread messages',
  description:
    'Messages of others that the caller has not read, in the threads and sub-threads it takes part in; what was there ' +
    'when it joined counts as read, whatever history it is shown. Muted and hidden threads, and sub-threads of such, are ' +
    'listed, marked, and are not in `total`. ' +
    `At most ${UNREAD_COUNTED.toLocaleString('en')} are counted in a thread. Threads without any are not there.`,
  tags: ['Reading'],
  responses: { 200: { description: 'By thread, and in total', schema: schemas.unreadSchema } },
  problems: ['forbidden'],
  async handler({ actor }, context) {
    requireRead(actor);
    return ok(await unreadOf(context.statements, actor));
  },
});

export const threadRoutes: readonly Route<QueryContext>[] = [list, one, participants, changes, receipts, unread];
