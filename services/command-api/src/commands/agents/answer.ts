import { agentAnswer, type CommandInput } from '@threadlog/commands';
import type { MessageRun } from '@threadlog/events';
import type { MessageRow } from '@threadlog/read-models';
import { happened, isRefusal } from '../decision';
import { inThread, messageKeys, messageOf, nobody, shownMessage } from '../common';
import { defineCommand } from '../define';
import { isSound, mentionsPeople } from '../policies';
import { answerable } from './answerable';
import { hopsTo } from './rules';

type Input = CommandInput<'agent.answer'>;

/** Posts an agent's answer to a message: the one there will ever be, unless people have taken over meanwhile. */
export const answerAsAgent = defineCommand(agentAnswer, {
  stream: inThread,
  reads: ({ run }) => [run.triggerMessageId],
  people: nobody,
  seals: (_input, sealing) => messageKeys(sealing),
  refusals: ['thread_closed', 'thread_full', 'agent_off', 'run_over', 'gone', 'conflict', 'subject_erased'],
  decide(input, state, context) {
    const { actor } = context;
    const found = answerable(input.run.triggerMessageId, state, context);
    if (isRefusal(found)) return found;
    const { view, trigger } = found;
    const refusal = isSound(input) ?? mentionsPeople(input.mentions, context);
    if (refusal) return refusal;
    return happened({
      type: 'CHAT_MESSAGE_CREATED',
      data: {
        thread_id: view.thread.thread_id,
        message_id: context.newId,
        message_index: view.thread.last_message_index + 1,
        sender_id: actor.id,
        sender_type: 'agent',
        message_type: 'text',
        content: input.content,
        metadata: input.metadata,
        attachments: input.attachments.length > 0 ? input.attachments : null,
        reply_to: null,
        mentions: [...new Set(input.mentions)],
        client_message_id: null,
        run: runOf(input, hopsTo(trigger, view), trigger),
      },
    });
  },
  sameBy: ({ threadId, run: { runId, triggerMessageId } }) => ({ threadId, runId, triggerMessageId }),
  shows: (_input, { state, resourceId }) => messageOf(state, resourceId),
  replays: shownMessage,
});

/** What the agent did not say is not there. */
function runOf({ run }: Input, hops: number, trigger: MessageRow): MessageRun {
  const { stoppedBy, inputTokens, outputTokens, toolCalls, model } = run;
  return {
    run_id: run.runId,
    trigger_message_id: trigger.message_id,
    trigger_index: trigger.message_index,
    finish: run.finish,
    hops,
    ...(stoppedBy !== undefined && { stopped_by: stoppedBy }),
    ...(inputTokens !== undefined && { input_tokens: inputTokens }),
    ...(outputTokens !== undefined && { output_tokens: outputTokens }),
    ...(toolCalls !== undefined && { tool_calls: toolCalls }),
    ...(model !== undefined && { model }),
  };
}
