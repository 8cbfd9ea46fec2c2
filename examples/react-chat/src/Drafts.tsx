import { useAgentRun } from '@threadlog/client/react';
import { nameOf } from './config.ts';

const WORDS: Record<string, string> = { thinking: 'is thinking', tool: 'looks something up', writing: 'is writing' };

/** What agents are about to say. The finished message is read out by the list; parts of it would only disturb. */
export function Drafts({ threadId }: { threadId: string }) {
  const { drafts } = useAgentRun(threadId);
  return drafts
    .filter(({ state }) => state !== 'ended')
    .map(({ runId, agentId, state, text }) => (
      <div className="draft" key={runId}>
        <p className="sender">
          {nameOf(agentId) || 'An agent'} {WORDS[state] ?? state} …
        </p>
        {text && <p className="bubble">{text}</p>}
      </div>
    ));
}
