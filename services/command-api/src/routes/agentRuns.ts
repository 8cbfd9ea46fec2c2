import { idInputSchema, messageSchema, threadIdInputSchema } from '@threadlog/events';
import { boundsBodyItself, type Route } from '@threadlog/service';
import { z } from 'zod';
import { hearBody, leaveRest } from '../agentRuns/body';
import { keyOf } from '../http/carryOut';
import { replyTo, writeRoute, type CommandRouteDeps } from '../http/commandRoute';

const streamRun = writeRoute({
  method: 'post',
  path: '/api/v1/threads/{threadId}/runs',
  operationId: 'streamAgentRun',
  sends: ['agent.mayAnswer', 'agent.answer', 'agent.endRun'],
  summary: 'Answer a message as an agent, while thinking of what to say',
  description:
    'For agents that come by themselves. The body is the answer as it comes: plain text, or a UI message stream. Sockets are ' +
    'shown it meanwhile; in the end it is one message, whose `run` says how it ended. What was said before the body broke off ' +
    'is the message, with `finish: failed`; where nothing was, nothing happened. The same key gives the first answer again, ' +
    'whatever the body says.',
  tags: ['Agents'],
  params: z.object({ threadId: threadIdInputSchema }),
  query: z.object({
    triggerMessageId: idInputSchema.meta({ description: 'The message that the agent answers.' }),
  }),
  streams: {
    'text/plain': 'Try x = 3.',
    'text/event-stream': 'data: {"type":"text-delta","id":"1","delta":"Try x = 3."}\n\ndata: [DONE]\n\n',
  },
  problems: ['conflict', 'subject_erased'],
  responses: {
    201: { description: 'The message', schema: messageSchema },
    204: { description: 'The agent has said nothing: the run is over without a message' },
  },
  async handler(request, deps) {
    const { params, query, raw } = request;
    boundsBodyItself(raw.request);
    try {
      const result = await deps.takeStream({
        ...{ actor: request.actor, correlationId: request.requestId, traceparent: request.traceparent },
        ...{ idempotencyKey: keyOf(request), threadId: params.threadId, triggerMessageId: query.triggerMessageId },
        open: () => hearBody(raw.request),
      });
      return result ? replyTo(result, deps) : { status: 204 };
    } finally {
      leaveRest(raw.request);
    }
  },
});

export const agentRunRoutes: readonly Route<CommandRouteDeps>[] = [streamRun];
