import { threadPreferencesSchema } from '@threadlog/commands';
import { idInputSchema, threadIdInputSchema, userThreadSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { requireChange } from '../http/bodyRules';
import { commandRoute, writeRoute, type CommandRouteDeps } from '../http/commandRoute';
import { markRead, readPositionSchema } from './markRead';

const threadParams = z.object({ threadId: threadIdInputSchema });
const readBody = z
  .strictObject({ messageId: idInputSchema.nullish() })
  .meta({ example: { messageId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11' } })
  .optional();
const preferencesBody = requireChange(threadPreferencesSchema.omit({ threadId: true })).meta({
  example: { mutedUntil: '2026-01-16T08:00:00Z', pinned: true },
});

const read = writeRoute({
  method: 'put',
  path: '/api/v1/threads/{threadId}/read',
  operationId: 'markThreadRead',
  sends: ['thread.read'],
  summary: 'Mark a thread as read',
  description: 'Up to a message, or up to the newest. A read position only ever grows.',
  tags: ['Reading'],
  params: threadParams,
  body: readBody,
  responses: { 200: { description: 'How far the caller has read', schema: readPositionSchema } },
  problems: ['projection_lagging'],
  handler: (request, deps) => markRead(request, deps, { ...request.params, messageId: request.body?.messageId }),
});

const preferences = commandRoute({
  method: 'patch',
  path: '/api/v1/threads/{threadId}/preferences',
  operationId: 'changeThreadPreferences',
  sends: 'thread.preferences',
  summary: 'Change how the caller wants to see a thread',
  description: 'Mute, pin, hide or mark as unread; for the caller alone. Only what is given changes.',
  tags: ['Reading'],
  params: threadParams,
  body: preferencesBody,
  responses: { 200: { description: 'The preferences', schema: userThreadSchema } },
  problems: ['projection_lagging'],
  async input({ actor, params, body }, { lookUps }) {
    // The stream is the caller's own, so nobody else would notice a thread that the caller may not see.
    await lookUps.readTarget(actor, params);
    return { ...params, ...body };
  },
});

export const userRoutes: readonly Route<CommandRouteDeps>[] = [read, preferences];
