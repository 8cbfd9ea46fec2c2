import { threadNewest } from '@threadlog/commands';
import { isRefusal } from '../decision';
import { inThread, nobody } from '../common';
import { defineCommand } from '../define';
import { allowed, viewThread } from '../policies';

/**
 * How far the thread goes for the actor. It changes nothing: it is a command only because the owner alone knows, and
 * answers once all it rests on is acked. A deleted message counts, for it leaves nothing to read behind it.
 */
export const tellNewest = defineCommand(threadNewest, {
  stream: inThread,
  people: nobody,
  refusals: [],
  decide(_input, state, context) {
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    const refusal = allowed(context, 'thread.read', view);
    if (refusal) return refusal;
    const { last_message_id: id, last_message_index: index } = view.thread;
    const isSeen = id !== null && index >= view.visibleFrom;
    return {
      kind: 'told',
      told: isSeen ? { messageId: id, messageIndex: index } : { messageId: null, messageIndex: 0 },
    };
  },
});
