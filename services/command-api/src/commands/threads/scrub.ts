import { threadScrub } from '@threadlog/commands';
import { NOT_THERE, type Draft } from '@threadlog/events';
import { refuse, UNCHANGED } from '../decision';
import { inThread, isWorker, ONLY_WORKER, writer } from '../common';
import { defineCommand } from '../define';
import { messageIsFree } from '../held';

/**
 * Deletes messages for retention or privacy, in closed and deleted threads too. What is gone already stays so. Retention
 * is refused as a whole where one of them is held: the worker left held ones out, so it has not heard of the hold yet.
 * An erasure and the holds were decided one after the other when it began.
 */
export const scrubMessages = defineCommand(threadScrub, {
  stream: inThread,
  reads: ({ messageIds }) => messageIds,
  people: writer,
  refusals: ['legal_hold'],
  decide({ messageIds, reason }, state, context) {
    if (!isWorker(context.actor)) return ONLY_WORKER;
    if (!state.thread) return refuse(NOT_THERE.code, NOT_THERE.detail);
    const { thread_id } = state.thread;
    const rows = messageIds
      .map((id) => state.messages.get(id))
      .filter((row) => row !== undefined)
      .filter((row) => row.thread_id === thread_id && row.deleted_at === null);
    if (reason === 'retention') {
      for (const row of rows) {
        const held = messageIsFree(row, context);
        if (held) return held;
      }
    }
    const [first, ...rest] = rows.map(({ message_id, message_index }): Draft => {
      return { type: 'CHAT_MESSAGE_DELETED', data: { thread_id, message_id, message_index, reason } };
    });
    return first ? { kind: 'events', events: [first, ...rest] } : UNCHANGED;
  },
});
