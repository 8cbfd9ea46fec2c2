import { personIdSchema } from '@threadlog/auth';
import type { CommandAccepted } from '@threadlog/commands';
import { participantResourceSchema, type ParticipantResource } from '@threadlog/events';
import type { Route, RouteReply } from '@threadlog/service';
import { z } from 'zod';
import { accepted, keyOf, type Caller } from '../http/carryOut';
import { commandRoute, replyTo, writeRoute, type CommandRouteDeps } from '../http/commandRoute';
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

const add = writeRoute({
  method: 'post',
  path: '/api/conversations/{conversationId}/participants',
  operationId: 'addConversationParticipants',
  sends: ['participant.add'],
  summary: 'Add participants',
  description: 'One after the other: where one is refused, those before it have been added; repeating is harmless.',
  tags,
  params: conversationParams,
  body: addParticipantsBody,
  responses: {
    201: { description: 'Those who were named, as participants', schema: addedSchema },
    200: { description: 'All of them took part already', schema: addedSchema },
  },
  handler: (request, deps) => addAll(request, deps, { ...request.params, ...request.body }),
});

type Added = z.output<typeof conversationParams> & z.output<typeof addParticipantsBody>;

async function addAll(caller: Caller, deps: CommandRouteDeps, added: Added): Promise<RouteReply> {
  const { conversationId, userId, userIds = [], role, history } = added;
  const key = keyOf(caller);
  const results: CommandAccepted[] = [];
  for (const id of userId === undefined ? new Set(userIds) : [userId]) {
    const command = {
      type: 'participant.add',
      input: { threadId: conversationId, userId: id, role, history },
    } as const;
    results.push(await accepted(caller, deps, command, key && `${key}:${id}`));
  }
  const last = results.filter(({ status }) => status === 201).at(-1) ?? results.at(-1)!;
  const participants = results.map(({ resource }) => resource as ParticipantResource);
  return replyTo(last, deps, {
    body: { conversationId, participants },
    location: `/api/conversations/${conversationId}`,
  });
}

const remove = commandRoute({
  method: 'delete',
  path: '/api/conversations/{conversationId}/participants/{userId}',
  operationId: 'removeConversationParticipant',
  sends: 'participant.remove',
  summary: 'Remove a participant, or leave',
  tags,
  params: participantParams,
  responses: { 204: { description: 'Takes part no more' } },
  input: ({ params }) => ({ threadId: params.conversationId, userId: params.userId }),
});

export const conversationParticipantRoutes: readonly Route<CommandRouteDeps>[] = [add, remove];
