import { agentEndRun } from '@threadlog/commands';
import { happened, isRefusal, UNCHANGED } from '../decision';
import { inThread, nobody } from '../common';
import { defineCommand } from '../define';
import { viewThread } from '../policies';
import { isNotOver, isOver, mayActAsAgent, triggerOf } from './rules';

/** Ends a run that leaves no message. After it none can, so what was stopped is not answered by whoever tries once more. */
export const endRunOfAgent = defineCommand(agentEndRun, {
  stream: inThread,
  reads: ({ triggerMessageId }) => [triggerMessageId],
  people: nobody,
  refusals: ['conflict'],
  decide({ runId, triggerMessageId, reason, stoppedBy }, state, context) {
    const { actor } = context;
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    const trigger = triggerOf(triggerMessageId, state, { view, actor });
    if (isRefusal(trigger)) return trigger;
    const refusal = mayActAsAgent(context, view);
    if (refusal) return refusal;
    if (isOver(trigger, actor.id, view)) return UNCHANGED;
    const tooMany = isNotOver(trigger, actor.id, view);
    if (tooMany) return tooMany;
    return happened({
      type: 'CHAT_AGENT_RUN_ENDED',
      data: {
        thread_id: view.thread.thread_id,
        run_id: runId,
        trigger_message_id: trigger.message_id,
        trigger_index: trigger.message_index,
        agent_id: actor.id,
        reason,
        ...(stoppedBy !== undefined && { stopped_by: stoppedBy }),
      },
    });
  },
});
