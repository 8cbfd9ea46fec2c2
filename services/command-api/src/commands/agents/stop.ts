import { agentStop } from '@threadlog/commands';
import { inThread, nobody } from '../common';
import { isRefusal, UNCHANGED } from '../decision';
import { defineCommand } from '../define';
import { allowed, viewThread } from '../policies';

/** Who may post in a thread may stop what agents are about to say there. A run is the worker's: that it shall end is noted there. */
export const mayStopAgents = defineCommand(agentStop, {
  stream: inThread,
  people: nobody,
  refusals: [],
  decide(_input, state, context) {
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    return allowed(context, 'message.post', view) ?? UNCHANGED;
  },
});
