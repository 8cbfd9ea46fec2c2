import type { Draft } from '@threadlog/events';
import { isWorker, ONLY_WORKER } from '../../privacy/domain/worker';
import { refuse, UNCHANGED, type Decide } from './decision';

/** Deletes messages for retention or privacy, in closed and deleted threads too. What is gone already stays so. */
export const scrubMessages: Decide<'thread.scrub'> = ({ messageIds, reason }, state, context) => {
  if (!isWorker(context.actor)) return ONLY_WORKER;
  if (!state.thread) return refuse('not_found', 'no such thread');
  const { thread_id } = state.thread;
  const [first, ...rest] = messageIds
    .map((id) => state.messages.get(id))
    .filter((row) => row !== undefined && row.thread_id === thread_id && row.deleted_at === null)
    .map((row): Draft => {
      const { message_id, message_index } = row!;
      return { type: 'CHAT_MESSAGE_DELETED', data: { thread_id, message_id, message_index, reason } };
    });
  return first ? { kind: 'events', events: [first, ...rest] } : UNCHANGED;
};

/** Deletes a thread for retention or privacy; its messages are scrubbed by themselves. */
export const eraseThread: Decide<'thread.erase'> = ({ reason }, state, context) => {
  if (!isWorker(context.actor)) return ONLY_WORKER;
  if (!state.thread) return refuse('not_found', 'no such thread');
  if (state.thread.deleted_at !== null) return UNCHANGED;
  return {
    kind: 'events',
    events: [{ type: 'CHAT_THREAD_DELETED', data: { thread_id: state.thread.thread_id, reason } }],
  };
};
