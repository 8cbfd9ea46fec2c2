import type { CommandInput } from '@threadlog/commands';
import {
  happened,
  isRefusal,
  refuse,
  refuseField,
  type Decision,
  type Check,
  type SeenThread,
  type ThreadContext,
} from '../decision';
import { allowed, isOpen, isVisible, viewThread, type View } from '../policies';

type Input = CommandInput<'thread.create'>;

/**
 * Creates a thread below a thread, from one of its messages or empty. People, access, learner, type and channel are the
 * root's; whoever may post there may branch off.
 */
export function createSubThread(input: Input, state: SeenThread, context: ThreadContext): Decision {
  const view = viewThread(context.root, context);
  if (isRefusal(view)) return view;
  const refusal = allowed(context, 'message.post', view) ?? isSound(input, view, context) ?? isOpen(view);
  if (refusal) return refusal;
  if (state.thread) return refuse('conflict', 'this thread has been created before');
  return happened({
    type: 'CHAT_THREAD_CREATED',
    data: {
      thread_id: context.newId,
      type: view.root.type,
      channel: view.root.channel,
      learner_id: view.root.learner_id,
      title: input.title,
      metadata: input.metadata,
      parent_thread_id: view.root.thread_id,
      root_message_id: input.rootMessageId,
      root_version: beginning(input, context) ?? view.root.version,
      participants: [],
    },
  });
}

/** Version of the message's first event: who does not see the message does not see what branches off it either. */
function beginning({ rootMessageId }: Input, { root }: ThreadContext): number | undefined {
  return rootMessageId === null ? undefined : root.messages.get(rootMessageId)?.created_version;
}

function isSound(input: Input, view: View, context: ThreadContext): Check {
  if (input.parentThreadId !== view.root.thread_id) {
    return refuseField('/parentThreadId', 'not_a_root', 'a sub-thread has no sub-threads');
  }
  if (input.participantIds.length > 0) {
    return refuseField('/participantIds', 'unexpected', 'the people of a sub-thread are those of its root');
  }
  if (input.learnerId !== null && input.learnerId !== view.root.learner_id) {
    return refuseField('/learnerId', 'unexpected', 'the learner of a sub-thread is that of its root');
  }
  return branchesOff(input.rootMessageId, view, context);
}

function branchesOff(messageId: string | null, view: View, context: ThreadContext): Check {
  if (messageId === null) return undefined;
  const row = context.root.messages.get(messageId);
  if (row && isVisible(row, view) && !row.deleted_at) return undefined;
  return refuseField('/rootMessageId', 'unknown', 'names no message of the parent thread');
}
