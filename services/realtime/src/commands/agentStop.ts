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
  const { tenantId, id: stoppedBy } = context.connection.actor;
  await deps.lookUps.stopRun({ tenantId, threadId, runId, stoppedBy });
  return { runId };
};
