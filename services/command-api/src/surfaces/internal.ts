import { personIdSchema } from '@threadlog/auth';
import { idInputSchema, threadIdInputSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { commandHeaders, commandRoute, writeHeaders, writeRoute, type CommandRouteDeps } from '../http/commandRoute';
import { syncBody } from './schemas';
import { MAX_BATCH, syncBatch } from './syncBatch';

const tags = ['Internal'];
/** Which tenant an internal request is about; the configured default where it is left out. */
const internalHeaders = commandHeaders.extend({
  'x-tenant-id': idInputSchema
    .optional()
    .meta({ description: 'The tenant; `AUTH_DEFAULT_TENANT` where it is left out.' }),
});

const syncedSchema = z.object({ success: z.literal(true) }).meta({ example: { success: true } });

const sync = commandRoute<{ headers: typeof internalHeaders; body: typeof syncBody }>({
  method: 'post',
  path: '/api/users/sync',
  operationId: 'syncUser',
  sends: ['user.sync'],
  summary: 'Take over a user’s profile',
  description: 'The whole profile: what is left out is empty from then on.',
  tags,
  auth: 'internal',
  headers: internalHeaders,
  body: syncBody,
  responses: { 200: { description: 'Taken over', schema: syncedSchema, headers: writeHeaders } },
  command: ({ body: { externalUserId, ...rest } }) => ({
    type: 'user.sync',
    input: { userId: externalUserId, ...rest },
  }),
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

const batch = writeRoute<{ headers: typeof internalHeaders; body: typeof batchBody }>({
  method: 'post',
  path: '/api/users/sync/batch',
  operationId: 'syncUsers',
  sends: [],
  summary: 'Take over many profiles',
  description: `At most ${MAX_BATCH}. Each succeeds or fails by itself; results come in the order of the request.`,
  tags,
  auth: 'internal',
  headers: internalHeaders,
  body: batchBody,
  bodyLimit: BATCH_BYTES,
  responses: { 200: { description: 'What became of each', schema: batchSchema, headers: writeHeaders } },
  handler: (request, deps) => syncBatch(request, deps, { users: request.body.users, schema: syncBody }),
});

const userParams = z.object({ externalUserId: personIdSchema });
const removeUser = commandRoute<{ params: typeof userParams; headers: typeof internalHeaders }>({
  method: 'delete',
  path: '/api/users/{externalUserId}',
  operationId: 'removeUser',
  sends: ['user.remove'],
  summary: 'Remove a user’s profile',
  description: 'Messages and memberships stay, as those of a removed user.',
  tags,
  auth: 'internal',
  params: userParams,
  headers: internalHeaders,
  responses: { 204: { description: 'The profile is gone', headers: writeHeaders } },
  command: ({ params }) => ({ type: 'user.remove', input: { userId: params.externalUserId } }),
});

const conversationParams = z.object({ conversationId: threadIdInputSchema });
const removeConversation = commandRoute<{ params: typeof conversationParams; headers: typeof internalHeaders }>({
  method: 'delete',
  path: '/api/admin/conversations/{conversationId}',
  operationId: 'forceDeleteConversation',
  sends: ['thread.delete'],
  summary: 'Delete any conversation',
  tags,
  auth: 'internal',
  params: conversationParams,
  headers: internalHeaders,
  responses: { 204: { description: 'It is gone', headers: writeHeaders } },
  command: ({ params }) => ({ type: 'thread.delete', input: { threadId: params.conversationId } }),
});

export const internalRoutes: readonly Route<CommandRouteDeps>[] = [sync, batch, removeUser, removeConversation];
