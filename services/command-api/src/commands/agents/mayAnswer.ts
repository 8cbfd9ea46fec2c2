import { agentMayAnswer } from '@threadlog/commands';
import { inThread, nobody } from '../common';
import { isRefusal, UNCHANGED } from '../decision';
import { defineCommand } from '../define';
import { answerable } from './answerable';

/** Tells an agent before it speaks, and while it does, what its answer would be refused with. */
export const mayAnswerAsAgent = defineCommand(agentMayAnswer, {
  stream: inThread,
  reads: ({ triggerMessageId }) => [triggerMessageId],
  people: nobody,
  refusals: ['thread_closed', 'thread_full', 'agent_off', 'run_over', 'gone', 'conflict'],
  decide({ triggerMessageId }, state, context) {
    const found = answerable(triggerMessageId, state, context);
    return isRefusal(found) ? found : UNCHANGED;
  },
});
