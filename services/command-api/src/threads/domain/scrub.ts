import { type Draft, NOT_THERE } from '@threadlog/events';
import { isWorker, ONLY_WORKER } from '../../privacy/domain/worker';
import { messageIsFree, threadIsFree } from '../../tenants/domain/held';
import { refuse, UNCHANGED, type Decide } from './decision';

/**
 * Deletes messages for retention or privacy, in closed and deleted threads too. What is gone already stays so. Retention
 * is refused as a whole where one of them is held: the worker left held ones out, so it has not heard of the hold yet.
 * An erasure and the holds were decided one after the other when it began.
 */
export const scrubMessages: Decide<'thread.scrub'> = ({ messageIds, reason }, state, context) => {
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
};

/**
 * Takes away title and metadata that an erased person wrote, in closed threads too. What somebody else wrote since stays.
 * No key opens them any more; but what was sealed before titles had their author's key would be readable still.
 */
export const scrubSettings: Decide<'thread.scrubSettings'> = ({ authorId }, state, context) => {
  if (!isWorker(context.actor)) return ONLY_WORKER;
  if (!state.thread) return refuse(NOT_THERE.code, NOT_THERE.detail);
  const { thread_id, title, title_by, metadata, metadata_by } = state.thread;
  const gone = {
    ...(title !== null && title_by === authorId && { title: null }),
    ...(metadata !== null && metadata_by === authorId && { metadata: null }),
  };
  if (Object.keys(gone).length === 0) return UNCHANGED;
  const data = { thread_id, ...gone, reason: 'privacy' as const };
  return { kind: 'events', events: [{ type: 'CHAT_THREAD_UPDATED', data }] };
};

/** Deletes a thread for retention or privacy; its messages are scrubbed by themselves. */
export const eraseThread: Decide<'thread.erase'> = ({ reason }, state, context) => {
  if (!isWorker(context.actor)) return ONLY_WORKER;
  if (!state.thread) return refuse(NOT_THERE.code, NOT_THERE.detail);
  if (state.thread.deleted_at !== null) return UNCHANGED;
  const held = reason === 'retention' ? threadIsFree(state, context) : undefined;
  if (held) return held;
  return {
    kind: 'events',
    events: [{ type: 'CHAT_THREAD_DELETED', data: { thread_id: state.thread.thread_id, reason } }],
  };
};
