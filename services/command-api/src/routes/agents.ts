import { agentMode } from '@threadlog/commands';
import { threadIdInputSchema, threadSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { commandRoute, type CommandRouteDeps } from '../http/commandRoute';

const tags = ['Agents'];
const threadParams = z.object({ threadId: threadIdInputSchema });
const modeBody = agentMode.input.omit({ threadId: true }).meta({ example: { agentMode: 'off' } });

const setMode = commandRoute({
  method: 'put',
  path: '/api/v1/threads/{threadId}/agent-mode',
  operationId: 'setAgentMode',
  sends: 'agent.mode',
  summary: 'Hand a conversation over to people, or back to agents',
  description:
    '`off`: no agent says anything from here on, whatever it is about to. `mention`: agents answer what mentions them. ' +
    '`auto`: as they are registered. Agents answer only what is written after the last change. For owners of the ' +
    'conversation, teachers and administrators.',
  tags,
  params: threadParams,
  body: modeBody,
  responses: { 200: { description: 'The conversation', schema: threadSchema } },
  input: ({ params, body }) => ({ ...params, ...body }),
});

export const agentRoutes: readonly Route<CommandRouteDeps>[] = [setMode];
