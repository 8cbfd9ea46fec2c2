import type { MessageResource } from '@threadlog/events';
import { runIdOf } from '@threadlog/read-models';
import type { SocketCommand } from './define';
import { threadWithin } from './within';

/** What an agent that comes by itself does about its answer to a message; what it says comes as `agent:text`. */
export const agentRun: SocketCommand<'agent:run'> = async (payload, { connection, correlationId, runs }) => {
  const { conversationId, triggerMessageId, state, tempId, reason, inputTokens, outputTokens, model } = payload;
  const threadId = threadWithin(conversationId, payload.threadId ?? conversationId);
  const { actor } = connection;
  if (state === 'thinking') {
    const request = { actor, correlationId, idempotencyKey: tempId ?? null, threadId, triggerMessageId };
    return { runId: await runs.begin(request) };
  }
  const runId = runIdOf({ tenantId: actor.tenantId, threadId, triggerMessageId, agentId: actor.id });
  if (state === 'tool') {
    runs.tool(runId);
    return { runId };
  }
  const usage = {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(model !== undefined && { model }),
  };
  const result = await runs.end(runId, { finish: reason ?? 'complete', usage });
  return { runId, message: result && (result.resource as MessageResource) };
};
