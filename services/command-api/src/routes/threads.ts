import { threadCreateSchema, threadUpdateSchema } from '@threadlog/commands';
import { threadIdInputSchema, threadSchema } from '@threadlog/events';
import type { Route, RouteMethod } from '@threadlog/service';
import { z } from 'zod';
import { requireChange } from '../http/bodyRules';
import { commandRoute, matchHeaders, versionIn, type CommandRouteDeps } from '../http/commandRoute';

const tags = ['Threads'];
const threadParams = z.object({ threadId: threadIdInputSchema });
const createBody = threadCreateSchema.meta({
  example: { title: 'Homework', learnerId: 'learner_7', participantIds: ['user_456'] },
});
const updateBody = requireChange(threadUpdateSchema.omit({ threadId: true, ifMatch: true })).meta({
  example: { title: 'Homework, second part', status: 'archived' },
});

const create = commandRoute({
  method: 'post',
  path: '/api/v1/threads',
  operationId: 'createThread',
  sends: 'thread.create',
  summary: 'Create a thread',
  description:
    'The caller becomes its owner. With `parentThreadId` a sub-thread, from `rootMessageId` of its root or empty; its ' +
    'people and learner are the root’s. `type: direct` gives the pair’s own: exactly two people, the caller included.',
  tags,
  body: createBody,
  responses: {
    201: { description: 'The new thread', schema: threadSchema },
    200: { description: 'The direct conversation that exists', schema: threadSchema },
  },
  input: ({ body }) => body,
});

const update = (method: RouteMethod, operationId: string): Route<CommandRouteDeps> =>
  commandRoute({
    method,
    path: '/api/v1/threads/{threadId}',
    operationId,
    sends: 'thread.update',
    summary: 'Change title, metadata or status',
    description: 'Only what is given changes, with PUT as with PATCH.',
    tags,
    params: threadParams,
    headers: matchHeaders,
    body: updateBody,
    responses: { 200: { description: 'The thread', schema: threadSchema } },
    input({ params, headers, body }) {
      return { ...params, ...body, ifMatch: versionIn(headers) };
    },
  });

const remove = commandRoute({
  method: 'delete',
  path: '/api/v1/threads/{threadId}',
  operationId: 'deleteThread',
  sends: 'thread.delete',
  summary: 'Delete a thread',
  tags,
  params: threadParams,
  responses: { 204: { description: 'It is gone' } },
  input: ({ params }) => params,
});

export const threadRoutes: readonly Route<CommandRouteDeps>[] = [
  create,
  update('patch', 'updateThread'),
  update('put', 'replaceThread'),
  remove,
];
