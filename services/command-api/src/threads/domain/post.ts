import { hasPermission, type Actor } from '@threadlog/auth';
import type { CommandInput } from '@threadlog/commands';
import { missingOf, type SenderType } from '@threadlog/events';
import type { DecisionContext, ThreadState } from '../../decider';
import { happened, refuse, refuseField, type Decide, type Passed, type Refusal } from './decision';
import { allowed, forbidden, isOpen, isRefusal, isVisible, mentionsPeople, viewThread, type View } from './policies';

type Input = CommandInput<'message.post'>;

/** Posts a message under the next index of its thread. */
export const postMessage: Decide<'message.post'> = (input, state, context) => {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const refusal =
    allowed(context, 'message.post', view) ??
    maySpeakAs(input, context.actor) ??
    isSound(input) ??
    isOpen(view) ??
    hasRoom(view, context) ??
    repliesWithin(input, state, view) ??
    mentionsPeople(input.mentions, context);
  if (refusal) return refusal;
  return happened({
    type: 'CHAT_MESSAGE_CREATED',
    data: {
      thread_id: view.thread.thread_id,
      message_id: context.newId,
      message_index: view.thread.last_message_index + 1,
      sender_id: context.actor.id,
      sender_type: senderType(context.actor),
      message_type: input.messageType,
      content: input.content,
      metadata: input.metadata,
      attachments: input.attachments.length > 0 ? input.attachments : null,
      reply_to: input.replyTo,
      mentions: [...new Set(input.mentions)],
      client_message_id: input.clientMessageId,
    },
  });
};

/** As what the actor speaks: an agent by its token's role too, the product itself as the system. */
export function senderType(actor: Actor): SenderType {
  if (actor.type === 'internal' || actor.type === 'system') return 'system';
  return actor.type === 'agent' || actor.role === 'agent' ? 'agent' : 'user';
}

/** People cannot write what looks like the product's own notices. */
function maySpeakAs(input: Input, actor: Actor): Refusal | Passed {
  if (input.messageType !== 'system') return undefined;
  return senderType(actor) !== 'user' || hasPermission(actor, 'chat:admin') ? undefined : forbidden('message.system');
}

function isSound(input: Input): Refusal | Passed {
  const fault = missingOf(input);
  return fault ? refuseField(`/${fault.field}`, 'required', fault.message) : undefined;
}

/** Deleted messages make room again. */
function hasRoom(view: View, context: DecisionContext): Refusal | Passed {
  const { maxMessagesPerThread } = context.limits;
  if (view.thread.last_message_index - view.thread.deleted_count < maxMessagesPerThread) return undefined;
  return refuse('thread_full', `a thread holds at most ${maxMessagesPerThread} messages`);
}

/** A tombstone may be answered: the author of the reply cannot know what was deleted a moment ago. */
function repliesWithin(input: Input, state: ThreadState, view: View): Refusal | Passed {
  if (input.replyTo === null) return undefined;
  const row = state.messages.get(input.replyTo);
  return row && isVisible(row, view) ? undefined : refuseField('/replyTo', 'unknown', 'names no message of the thread');
}
