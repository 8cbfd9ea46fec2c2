import { personIdSchema } from '@threadlog/auth';
import { participantAddSchema, participantChangeRoleSchema } from '@threadlog/commands';
import { participantResourceSchema, threadIdInputSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { commandRoute, type CommandRouteDeps } from '../http/commandRoute';

const tags = ['Participants'];
const threadParams = z.object({ threadId: threadIdInputSchema });
const participantParams = z.object({ threadId: threadIdInputSchema, userId: personIdSchema });
const addBody = participantAddSchema
  .omit({ threadId: true })
  .meta({ example: { userId: 'user_789', role: 'member', history: 'from_join' } });
const roleBody = participantChangeRoleSchema
  .omit({ threadId: true, userId: true })
  .meta({ example: { role: 'moderator' } });

const add = commandRoute({
  method: 'post',
  path: '/api/v1/threads/{threadId}/participants',
  operationId: 'addParticipant',
  sends: 'participant.add',
  summary: 'Add a participant',
  description: '`history: from_join` hides what was written before.',
  tags,
  params: threadParams,
  body: addBody,
  responses: {
    201: { description: 'The participant', schema: participantResourceSchema },
    200: { description: 'Took part already', schema: participantResourceSchema },
  },
  input: ({ params, body }) => ({ ...params, ...body }),
});

const changeRole = commandRoute({
  method: 'patch',
  path: '/api/v1/threads/{threadId}/participants/{userId}',
  operationId: 'changeParticipantRole',
  sends: 'participant.changeRole',
  summary: 'Change a participant’s role',
  tags,
  params: participantParams,
  body: roleBody,
  responses: { 200: { description: 'The participant', schema: participantResourceSchema } },
  input: ({ params, body }) => ({ ...params, ...body }),
});

const remove = commandRoute({
  method: 'delete',
  path: '/api/v1/threads/{threadId}/participants/{userId}',
  operationId: 'removeParticipant',
  sends: 'participant.remove',
  summary: 'Remove a participant, or leave',
  tags,
  params: participantParams,
  responses: { 204: { description: 'Takes part no more' } },
  input: ({ params }) => params,
});

export const participantRoutes: readonly Route<CommandRouteDeps>[] = [add, changeRole, remove];
