import type { SocketCommand } from './define';

/** Taken in the turn in which it comes: texts of a run keep their order. */
export const agentText: SocketCommand<'agent:text'> = async ({ runId, n, text }, { runs }) => {
  runs.text(runId, n, text);
  return { runId, n };
};
