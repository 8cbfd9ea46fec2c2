import type { SocketCommand } from './define';
import { execute } from './execute';
import { threadWithin } from './within';

/** The thread's owner says whether the user may; the worker that has the run finds the note. */
export const agentStop: SocketCommand<'agent:stop'> = async (
  { conversationId, threadId: within, runId },
  context,
  deps,
) => {
  const threadId = threadWithin(conversationId, within ?? conversationId);
  await execute({ type: 'agent.stop', input: { threadId } }, null, context, deps);
  await deps.lookUps.stopRun(context.connection.actor.tenantId, threadId, runId);
  return { runId };
};
