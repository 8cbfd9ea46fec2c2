import { hasPermission, type Actor } from '@threadlog/auth';
import { messagePost, type CommandInput } from '@threadlog/commands';
import { missingOf, type SenderType } from '@threadlog/events';
import { happened, isRefusal, refuse, refuseField, type Check, type SeenThread, type ThreadContext } from '../decision';
import { ifNamed, inThread, messageOf, nobody, shownMessage } from '../common';
import { defineCommand } from '../define';
import { allowed, forbidden, isOpen, isVisible, mentionsPeople, viewThread, type View } from '../policies';

type Input = CommandInput<'message.post'>;

/** Posts a message under the next index of its thread. */
export const postMessage = defineCommand(messagePost, {
  stream: inThread,
  reads: ({ replyTo }) => ifNamed(replyTo),
  people: nobody,
  // Text belongs to its author, the thread's month and the learner.
  seals: (_input, { actor, threadId, learnerId, now }) => ({
    tenantId: actor.tenantId,
    threadId,
    authorId: actor.id,
    month: now.slice(0, 7),
    learnerId,
  }),
  refusals: ['thread_closed', 'thread_full', 'subject_erased'],
  decide(input, state, context) {
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
  },
  shows: (_input, { state, resourceId }) => messageOf(state, resourceId),
  replays: shownMessage,
  ownKey: ({ clientMessageId }) => clientMessageId,
});

/** As what the actor speaks: an agent by its token's role too, the product itself as the system. */
function senderType(actor: Actor): SenderType {
  if (actor.type === 'internal' || actor.type === 'system') return 'system';
  return actor.type === 'agent' || actor.role === 'agent' ? 'agent' : 'user';
}

/** People cannot write what looks like the product's own notices. */
function maySpeakAs(input: Input, actor: Actor): Check {
  if (input.messageType !== 'system') return undefined;
  return senderType(actor) !== 'user' || hasPermission(actor, 'chat:admin') ? undefined : forbidden('message.system');
}

function isSound(input: Input): Check {
  const fault = missingOf(input);
  return fault ? refuseField(`/${fault.field}`, 'required', fault.message) : undefined;
}

/** Deleted messages make room again. */
function hasRoom(view: View, context: ThreadContext): Check {
  const { maxMessagesPerThread } = context.limits;
  if (view.thread.last_message_index - view.thread.deleted_count < maxMessagesPerThread) return undefined;
  return refuse('thread_full', `a thread holds at most ${maxMessagesPerThread} messages`);
}

/** A tombstone may be answered: the author of the reply cannot know what was deleted a moment ago. */
function repliesWithin(input: Input, state: SeenThread, view: View): Check {
  if (input.replyTo === null) return undefined;
  const row = state.messages.get(input.replyTo);
  return row && isVisible(row, view) ? undefined : refuseField('/replyTo', 'unknown', 'names no message of the thread');
}
