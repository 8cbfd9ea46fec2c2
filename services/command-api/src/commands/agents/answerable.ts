import type { MessageRow } from '@threadlog/read-models';
import { isRefusal, type Refusal, type SeenThread, type ThreadContext } from '../decision';
import { takesMessages, viewThread, type View } from '../policies';
import { mayActAsAgent, mayAnswer, triggerOf } from './rules';

/** The message that an agent answers, where it may: whatever it says, and whenever that is asked. */
export function answerable(
  triggerMessageId: string,
  state: SeenThread,
  context: ThreadContext,
): { view: View; trigger: MessageRow } | Refusal {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const stranger = mayActAsAgent(context, view);
  if (stranger) return stranger;
  const trigger = triggerOf(triggerMessageId, state, { view, actor: context.actor });
  if (isRefusal(trigger)) return trigger;
  return mayAnswer(trigger, context, view) ?? takesMessages(view, context) ?? { view, trigger };
}
