import { threadScrubSettings } from '@threadlog/commands';
import { NOT_THERE } from '@threadlog/events';
import { happened, refuse, UNCHANGED } from '../decision';
import { inThread, isWorker, ONLY_WORKER, writer } from '../common';
import { defineCommand } from '../define';

/**
 * Takes away title and metadata that an erased person wrote, in closed threads too. What somebody else wrote since stays.
 * No key opens them any more; but what was sealed before titles had their author's key would be readable still.
 */
export const scrubSettings = defineCommand(threadScrubSettings, {
  stream: inThread,
  people: writer,
  refusals: ['legal_hold'],
  decide({ authorId }, state, context) {
    if (!isWorker(context.actor)) return ONLY_WORKER;
    if (!state.thread) return refuse(NOT_THERE.code, NOT_THERE.detail);
    const { thread_id, title, title_by, metadata, metadata_by } = state.thread;
    const gone = {
      ...(title !== null && title_by === authorId && { title: null }),
      ...(metadata !== null && metadata_by === authorId && { metadata: null }),
    };
    if (Object.keys(gone).length === 0) return UNCHANGED;
    return happened({ type: 'CHAT_THREAD_UPDATED', data: { thread_id, ...gone, reason: 'privacy' as const } });
  },
});
