import { threadErase } from '@threadlog/commands';
import { NOT_THERE } from '@threadlog/events';
import { happened, refuse, UNCHANGED } from '../decision';
import { inThread, isWorker, ONLY_WORKER, writer } from '../common';
import { defineCommand } from '../define';
import { threadIsFree } from '../held';

/** Deletes a thread for retention or privacy; its messages are scrubbed by themselves. */
export const eraseThread = defineCommand(threadErase, {
  stream: inThread,
  people: writer,
  refusals: ['legal_hold'],
  decide({ reason }, state, context) {
    if (!isWorker(context.actor)) return ONLY_WORKER;
    if (!state.thread) return refuse(NOT_THERE.code, NOT_THERE.detail);
    if (state.thread.deleted_at !== null) return UNCHANGED;
    const held = reason === 'retention' ? threadIsFree(state, context) : undefined;
    if (held) return held;
    return happened({ type: 'CHAT_THREAD_DELETED', data: { thread_id: state.thread.thread_id, reason } });
  },
});
