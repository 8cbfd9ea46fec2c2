import { threadIsFree } from '../../tenants/domain/held';
import { happened, type Decide } from './decision';
import { allowed, isRefusal, viewThread } from './policies';

/** Deletes a thread for everybody. Its sub-threads go with it: they are seen only while their root is. */
export const deleteThread: Decide<'thread.delete'> = (_input, state, context) => {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const refusal = allowed(context, 'thread.delete', view) ?? threadIsFree(state, context);
  if (refusal) return refusal;
  const { thread_id, created_by } = view.thread;
  const own = created_by === context.actor.id || view.subject.participant?.role === 'owner';
  return happened({ type: 'CHAT_THREAD_DELETED', data: { thread_id, reason: own ? 'author' : 'admin' } });
};
