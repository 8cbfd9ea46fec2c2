import { personIdSchema } from '@threadlog/auth';
import { participantAddSchema, participantChangeRoleSchema } from '@threadlog/commands';
import { participantResourceSchema, threadIdInputSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { commandHeaders, commandRoute, writeHeaders, type CommandRouteDeps } from '../http/commandRoute';

const tags = ['Participants'];
const threadParams = z.object({ threadId: threadIdInputSchema });
const participantParams = z.object({ threadId: threadIdInputSchema, userId: personIdSchema });
const addBody = participantAddSchema
  .omit({ threadId: true })
  .meta({ example: { userId: 'user_789', role: 'member', history: 'from_join' } });
const roleBody = participantChangeRoleSchema
  .omit({ threadId: true, userId: true })
  .meta({ example: { role: 'moderator' } });

const add = commandRoute<{ params: typeof threadParams; headers: typeof commandHeaders; body: typeof addBody }>({
  method: 'post',
  path: '/api/v1/threads/{threadId}/participants',
  operationId: 'addParticipant',
  sends: ['participant.add'],
  summary: 'Add a participant',
  description: '`history: from_join` hides what was written before.',
  tags,
  params: threadParams,
  headers: commandHeaders,
  body: addBody,
  responses: {
    201: { description: 'The participant', schema: participantResourceSchema, headers: writeHeaders },
    200: { description: 'Took part already', schema: participantResourceSchema, headers: writeHeaders },
  },
  command: ({ params, body }) => ({ type: 'participant.add', input: { ...params, ...body } }),
});

const changeRole = commandRoute<{
  params: typeof participantParams;
  headers: typeof commandHeaders;
  body: typeof roleBody;
}>({
  method: 'patch',
  path: '/api/v1/threads/{threadId}/participants/{userId}',
  operationId: 'changeParticipantRole',
  sends: ['participant.changeRole'],
  summary: 'Change a participant’s role',
  tags,
  params: participantParams,
  headers: commandHeaders,
  body: roleBody,
  responses: { 200: { description: 'The participant', schema: participantResourceSchema, headers: writeHeaders } },
  command: ({ params, body }) => ({ type: 'participant.changeRole', input: { ...params, ...body } }),
});

const remove = commandRoute<{ params: typeof participantParams; headers: typeof commandHeaders }>({
  method: 'delete',
  path: '/api/v1/threads/{threadId}/participants/{userId}',
  operationId: 'removeParticipant',
  sends: ['participant.remove'],
  summary: 'Remove a participant, or leave',
  tags,
  params: participantParams,
  headers: commandHeaders,
  responses: { 204: { description: 'Takes part no more', headers: writeHeaders } },
  command: ({ params }) => ({ type: 'participant.remove', input: params }),
});

export const participantRoutes: readonly Route<CommandRouteDeps>[] = [add, changeRole, remove];
