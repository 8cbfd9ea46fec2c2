import { personIdSchema } from '@threadlog/auth';
import { idInputSchema, threadIdInputSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { commandHeaders, commandRoute, writeRoute, type CommandRouteDeps } from '../http/commandRoute';
import { syncBody } from './schemas';
import { MAX_BATCH, syncBatch } from './syncBatch';

/** Which tenant an internal request is about; the configured default where it is left out. */
const internalHeaders = commandHeaders.extend({
  'x-tenant-id': idInputSchema
    .optional()
    .meta({ description: 'The tenant; `AUTH_DEFAULT_TENANT` where it is left out.' }),
});
const internal = { auth: 'internal' as const, tags: ['Internal'], headers: internalHeaders };

const syncedSchema = z.object({ success: z.literal(true) }).meta({ example: { success: true } });

const sync = commandRoute({
  method: 'post',
  path: '/api/users/sync',
  operationId: 'syncUser',
  sends: 'user.sync',
  summary: 'Take over a user’s profile',
  description: 'The whole profile: what is left out is empty from then on.',
  ...internal,
  body: syncBody,
  responses: { 200: { description: 'Taken over', schema: syncedSchema } },
  input: ({ body: { externalUserId, ...rest } }) => ({ userId: externalUserId, ...rest }),
  tell: () => ({ body: { success: true } }),
});

const batchBody = z.object({ users: z.array(z.unknown()).min(1).max(MAX_BATCH) }).meta({
  example: { users: [{ externalUserId: 'user_123', displayName: 'John Doe' }, { externalUserId: 'user_456' }] },
});
const batchSchema = z
  .object({
    success: z.boolean(),
    results: z.array(
      z.object({ externalUserId: z.string().nullable(), success: z.boolean(), error: z.string().optional() }),
    ),
  })
  .meta({
    id: 'SyncResults',
    example: { success: true, results: [{ externalUserId: 'user_123', success: true }] },
  });
const BATCH_BYTES = 4 * 1024 * 1024;

const batch = writeRoute({
  method: 'post',
  path: '/api/users/sync/batch',
  operationId: 'syncUsers',
  sends: [],
  summary: 'Take over many profiles',
  description: `At most ${MAX_BATCH}. Each succeeds or fails by itself; results come in the order of the request.`,
  ...internal,
  body: batchBody,
  bodyLimit: BATCH_BYTES,
  responses: { 200: { description: 'What became of each', schema: batchSchema } },
  handler: (request, deps) => syncBatch(request, deps, { users: request.body.users, schema: syncBody }),
});

const userParams = z.object({ externalUserId: personIdSchema });
const removeUser = commandRoute({
  method: 'delete',
  path: '/api/users/{externalUserId}',
  operationId: 'removeUser',
  sends: 'user.remove',
  summary: 'Remove a user’s profile',
  description: 'Messages and memberships stay, as those of a removed user.',
  ...internal,
  params: userParams,
  responses: { 204: { description: 'The profile is gone' } },
  input: ({ params }) => ({ userId: params.externalUserId }),
});

const conversationParams = z.object({ conversationId: threadIdInputSchema });
const removeConversation = commandRoute({
  method: 'delete',
  path: '/api/admin/conversations/{conversationId}',
  operationId: 'forceDeleteConversation',
  sends: 'thread.delete',
  summary: 'Delete any conversation',
  ...internal,
  params: conversationParams,
  responses: { 204: { description: 'It is gone' } },
  input: ({ params }) => ({ threadId: params.conversationId }),
});

export const internalRoutes: readonly Route<CommandRouteDeps>[] = [sync, batch, removeUser, removeConversation];
