import { threadRead } from '@threadlog/commands';
import { happened, UNCHANGED } from '../decision';
import { namedPlace, ofActor, thePlace, writer } from '../common';
import { defineCommand } from '../define';

/**
 * Moves the reader's position, forward only. That the reader sees the thread, and where the message stands, was looked
 * up in the read model before: the thread is another stream, and a position that is right once stays right.
 */
export const readThread = defineCommand(threadRead, {
  stream: ofActor,
  reads: thePlace,
  people: writer,
  refusals: ['subject_erased'],
  decide(input, state, context) {
    const row = state.userThreads.get(input.threadId);
    const isNews = !row || input.messageIndex > row.read_index || row.marked_unread;
    if (!isNews) return UNCHANGED;
    return happened({
      type: 'CHAT_THREAD_READ',
      data: {
        thread_id: input.threadId,
        message_id: input.messageId,
        message_index: input.messageIndex,
        read_at: context.now,
      },
    });
  },
  shows: namedPlace,
  replays: thePlace,
});
