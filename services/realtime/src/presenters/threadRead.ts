import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

/**
 * An event of the reader's stream, which stands in another partition than the thread: it may come before the message
 * that was read. Positions only grow, so whoever keeps the highest index needs no order.
 */
export const threadRead: Presenter<'CHAT_THREAD_READ'> = {
  frames: ({ stream_id: userId, data }) => [
    frame('message:read', {
      ...placeOf(data.thread_id),
      messageId: data.message_id,
      messageIndex: data.message_index,
      userId,
      readAt: data.read_at,
    }),
  ],
};
