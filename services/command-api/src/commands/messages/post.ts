import { hasPermission, type Actor } from '@threadlog/auth';
import { messagePost, type CommandInput } from '@threadlog/commands';
import type { SenderType } from '@threadlog/events';
import { hopsOfPost } from '../agents/rules';
import { happened, isRefusal, refuseField, type Check, type SeenThread } from '../decision';
import { ifNamed, inThread, messageKeys, messageOf, nobody, shownMessage } from '../common';
import { defineCommand } from '../define';
import {
  allowed,
  forbidden,
  isAgent,
  isSound,
  isVisible,
  mentionsPeople,
  senderType,
  takesMessages,
  viewThread,
  type View,
} from '../policies';

type Input = CommandInput<'message.post'>;

/** Posts a message under the next index of its thread. */
export const postMessage = defineCommand(messagePost, {
  stream: inThread,
  reads: ({ replyTo }) => ifNamed(replyTo),
  people: nobody,
  seals: (_input, sealing) => messageKeys(sealing),
  refusals: ['thread_closed', 'thread_full', 'agent_off', 'subject_erased'],
  decide(input, state, context) {
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    const refusal =
      allowed(context, 'message.post', view) ??
      maySpeakAs(input, context.actor) ??
      isSound(input) ??
      takesMessages(view, context) ??
      repliesWithin(input, state, view) ??
      mentionsPeople(input.mentions, context);
    if (refusal) return refusal;
    const speaksAs = senderIn(context.actor, view);
    return happened({
      type: 'CHAT_MESSAGE_CREATED',
      data: {
        thread_id: view.thread.thread_id,
        message_id: context.newId,
        message_index: view.thread.last_message_index + 1,
        sender_id: context.actor.id,
        sender_type: speaksAs,
        message_type: input.messageType,
        content: input.content,
        metadata: input.metadata,
        attachments: input.attachments.length > 0 ? input.attachments : null,
        reply_to: input.replyTo,
        mentions: [...new Set(input.mentions)],
        client_message_id: input.clientMessageId,
        ...(speaksAs === 'agent' && { hops: hopsOfPost(view) }),
      },
    });
  },
  shows: (_input, { state, resourceId }) => messageOf(state, resourceId),
  replays: shownMessage,
  ownKey: ({ clientMessageId }) => clientMessageId,
});

/** An agent is one by its place, too, whatever its token says. */
function senderIn(actor: Actor, view: View): SenderType {
  const type = senderType(actor);
  return type === 'user' && isAgent(actor, view) ? 'agent' : type;
}

/** People cannot write what looks like the product's own notices. */
function maySpeakAs(input: Input, actor: Actor): Check {
  if (input.messageType !== 'system') return undefined;
  return senderType(actor) !== 'user' || hasPermission(actor, 'chat:admin') ? undefined : forbidden('message.system');
}

/** A tombstone may be answered: the author of the reply cannot know what was deleted a moment ago. */
function repliesWithin(input: Input, state: SeenThread, view: View): Check {
  if (input.replyTo === null) return undefined;
  const row = state.messages.get(input.replyTo);
  return row && isVisible(row, view) ? undefined : refuseField('/replyTo', 'unknown', 'names no message of the thread');
}
