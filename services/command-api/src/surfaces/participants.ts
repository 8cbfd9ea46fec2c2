import { personIdSchema } from '@threadlog/auth';
import type { CommandAccepted } from '@threadlog/commands';
import { participantResourceSchema, type ParticipantResource } from '@threadlog/events';
import type { Route, RouteReply, RouteRequest } from '@threadlog/service';
import { z } from 'zod';
import {
  accepted,
  commandHeaders,
  commandRoute,
  keyOf,
  replyTo,
  writeHeaders,
  writeRoute,
  type CommandRouteDeps,
} from '../http/commandRoute';
import { addParticipantsBody, conversationParams } from './schemas';

const tags = ['Conversations'];
const participantParams = conversationParams.extend({ userId: personIdSchema });
const addedSchema = z.object({ conversationId: z.string(), participants: z.array(participantResourceSchema) }).meta({
  id: 'AddedParticipants',
  example: {
    conversationId: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
    participants: [{ userId: 'user_789', role: 'member', displayName: null, avatarUrl: null, readIndex: 0 }],
  },
});

type AddRequest = {
  params: typeof conversationParams;
  headers: typeof commandHeaders;
  body: typeof addParticipantsBody;
};

const add = writeRoute<AddRequest>({
  method: 'post',
  path: '/api/conversations/{conversationId}/participants',
  operationId: 'addConversationParticipants',
  sends: ['participant.add'],
  summary: 'Add participants',
  description: 'One after the other: where one is refused, those before it have been added; repeating is harmless.',
  tags,
  params: conversationParams,
  headers: commandHeaders,
  body: addParticipantsBody,
  responses: {
    201: { description: 'Those who were named, as participants', schema: addedSchema, headers: writeHeaders },
    200: { description: 'All of them took part already', schema: addedSchema, headers: writeHeaders },
  },
  handler: addAll,
});

async function addAll(request: RouteRequest<AddRequest>, deps: CommandRouteDeps): Promise<RouteReply> {
  const { userId, userIds = [], role, history } = request.body;
  const { conversationId } = request.params;
  const key = keyOf(request);
  const results: CommandAccepted[] = [];
  for (const id of userId === undefined ? new Set(userIds) : [userId]) {
    const command = {
      type: 'participant.add',
      input: { threadId: conversationId, userId: id, role, history },
    } as const;
    results.push(await accepted(request, deps, command, key && `${key}:${id}`));
  }
  const added = results.filter(({ status }) => status === 201).at(-1);
  const participants = results.map(({ resource }) => resource as ParticipantResource);
  return replyTo((added ?? results.at(-1))!, deps, {
    body: { conversationId, participants },
    location: `/api/conversations/${conversationId}`,
  });
}

const remove = commandRoute<{ params: typeof participantParams; headers: typeof commandHeaders }>({
  method: 'delete',
  path: '/api/conversations/{conversationId}/participants/{userId}',
  operationId: 'removeConversationParticipant',
  sends: ['participant.remove'],
  summary: 'Remove a participant, or leave',
  tags,
  params: participantParams,
  headers: commandHeaders,
  responses: { 204: { description: 'Takes part no more', headers: writeHeaders } },
  command: ({ params }) => ({
    type: 'participant.remove',
    input: { threadId: params.conversationId, userId: params.userId },
  }),
});

export const conversationParticipantRoutes: readonly Route<CommandRouteDeps>[] = [add, remove];
