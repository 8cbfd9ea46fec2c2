import { threadDelete } from '@threadlog/commands';
import { happened, isRefusal } from '../decision';
import { inThread, writer } from '../common';
import { defineCommand } from '../define';
import { threadIsFree } from '../held';
import { allowed, viewThread } from '../policies';

/** Deletes a thread for everybody. Its sub-threads go with it: they are seen only while their root is. */
export const deleteThread = defineCommand(threadDelete, {
  stream: inThread,
  people: writer,
  refusals: ['legal_hold', 'subject_erased'],
  decide(_input, state, context) {
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    const refusal = allowed(context, 'thread.delete', view) ?? threadIsFree(state, context);
    if (refusal) return refusal;
    const { thread_id, created_by } = view.thread;
    const own = created_by === context.actor.id || view.subject.participant?.role === 'owner';
    return happened({ type: 'CHAT_THREAD_DELETED', data: { thread_id, reason: own ? 'author' : 'admin' } });
  },
});
