import { agentMode } from '@threadlog/commands';
import { happened, isRefusal, refuseField, UNCHANGED, type Check } from '../decision';
import { inThread, wholeThread, writer } from '../common';
import { defineCommand } from '../define';
import { allowed, viewThread, type View } from '../policies';

/** Hands a conversation over to people, or back to agents. It is decided where answers are, so none can slip past it. */
export const setAgentMode = defineCommand(agentMode, {
  stream: inThread,
  people: writer,
  refusals: ['subject_erased'],
  decide({ agentMode: mode }, state, context) {
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    const refusal = allowed(context, 'agents.manage', view) ?? isRoot(view);
    if (refusal) return refusal;
    const { thread_id, agent_mode: previous } = view.thread;
    return previous === mode
      ? UNCHANGED
      : happened({ type: 'CHAT_AGENT_MODE_CHANGED', data: { thread_id, mode, previous } });
  },
  shows: (_input, answer) => wholeThread(answer, false),
});

function isRoot({ thread }: View): Check {
  if (thread.parent_thread_id === null) return undefined;
  return refuseField('/threadId', 'sub_thread', 'agents are let into the conversation that the sub-thread is of');
}
