import { mayManageAgents } from '@threadlog/auth';
import { agentMode, agentRegisterSchema } from '@threadlog/commands';
import { agentSchema, agentWithSecretSchema, threadIdInputSchema, threadSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { accepted } from '../http/carryOut';
import { commandRoute, replyTo, writeRoute, type CommandRouteDeps } from '../http/commandRoute';

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

const agentParams = z.object({ agentId: agentRegisterSchema.shape.agentId });
const registerBody = agentRegisterSchema.omit({ agentId: true }).meta({
  example: { url: 'https://example.com/api/chat', displayName: 'Tutor', trigger: 'mention' },
});

const register = commandRoute({
  method: 'put',
  path: '/api/v1/agents/{agentId}',
  operationId: 'registerAgent',
  sends: 'agent.register',
  summary: 'Register an agent, or change it',
  description:
    'For administrators. What is left out has its default; the same again changes nothing. It is asked about what is written ' +
    'from here on, in conversations where its place has the role `agent`. The answer with 201 alone has its secret: keep it.',
  tags,
  params: agentParams,
  body: registerBody,
  responses: {
    200: { description: 'The agent, which was there', schema: agentSchema },
    201: { description: 'The agent', schema: agentWithSecretSchema },
  },
  problems: ['projection_lagging'],
  async input({ actor, params, body }, { webhookUrl, lookUps }) {
    const url = body.url === null ? null : webhookUrl(body.url);
    // How many there are is read from the read model: it must have those that were registered before this one.
    if (mayManageAgents(actor)) await lookUps.allProjected();
    return { ...params, ...body, url };
  },
});

const remove = commandRoute({
  method: 'delete',
  path: '/api/v1/agents/{agentId}',
  operationId: 'deleteAgent',
  sends: 'agent.delete',
  summary: 'Delete an agent',
  description: 'It is asked no more, also where it is being asked. What it wrote, and where it takes part, stays.',
  tags,
  params: agentParams,
  responses: { 204: { description: 'It is asked no more' } },
  input: ({ params }) => params,
});

const rotate = commandRoute({
  method: 'post',
  path: '/api/v1/agents/{agentId}/secret',
  operationId: 'rotateAgentSecret',
  sends: 'agent.rotateSecret',
  summary: 'Make the next secret of an agent',
  description: 'For 24 hours requests are signed with it and with the one before.',
  tags,
  params: agentParams,
  responses: { 201: { description: 'The agent', schema: agentWithSecretSchema } },
  input: ({ params }) => params,
});

const stopRun = writeRoute({
  method: 'post',
  path: '/api/v1/threads/{threadId}/runs/{runId}/stop',
  operationId: 'stopAgentRun',
  sends: ['agent.stop'],
  summary: 'Stop what an agent is about to say',
  description:
    'The agent’s answer is broken off within half a second. What it has said becomes its message, with `finish: stopped`; ' +
    'where it has said nothing, there is none. For everybody who may post in the thread. Repeating it changes nothing; `not_found` where no such ' +
    'run is under way in the thread: it is over, or there never was one.',
  tags,
  params: threadParams.extend({ runId: z.uuid() }),
  responses: { 204: { description: 'It will stop, whichever worker has it' } },
  async handler(request, deps) {
    const { threadId, runId } = request.params;
    const result = await accepted(request, deps, { type: 'agent.stop', input: { threadId } });
    const { tenantId, id: stoppedBy } = request.actor;
    await deps.lookUps.stopRun({ tenantId, threadId, runId, stoppedBy });
    return replyTo(result, deps);
  },
});

export const agentRoutes: readonly Route<CommandRouteDeps>[] = [setMode, stopRun, register, remove, rotate];
