import { useAgentRun, useChatClient } from '@threadlog/client/react';
import { nameOf } from './config.ts';

const WORDS: Record<string, string> = { thinking: 'is thinking', tool: 'looks something up', writing: 'is writing' };

/** What agents are about to say. The finished message is read out by the list; parts of it would only disturb. */
export function Drafts({ threadId }: { threadId: string }) {
  const { agents } = useChatClient();
  const { drafts } = useAgentRun(threadId);
  // What it has said by then becomes its message; one that has ended needs no stopping.
  const stop = (runId: string) => void agents.stop(threadId, runId).catch(() => undefined);
  return drafts
    .filter(({ state }) => state !== 'ended')
    .map(({ runId, agentId, state, text }) => (
      <div className="draft" key={runId}>
        <p className="sender">
          {nameOf(agentId) || 'An agent'} {WORDS[state] ?? state} …{' '}
          <button type="button" onClick={() => stop(runId)}>
            Stop
          </button>
        </p>
        {text && <p className="bubble">{text}</p>}
      </div>
    ));
}
