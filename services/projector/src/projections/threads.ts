import { foldThread, threadsTable, type ThreadRow } from '@threadlog/read-models';
import { UNTOUCHED, type Projection } from './projection';

/** Threads: settings, state, last index. Every event of a thread moves its version. */
export const threads: Projection<ThreadRow> = {
  table: threadsTable,
  remembered: true,
  touches: (event) =>
    event.stream_type === 'thread'
      ? [
          {
            key: { tenant_id: event.tenant_id, thread_id: event.stream_id },
            name: `${event.tenant_id}/${event.stream_id}`,
            fresh: event.event_type === 'CHAT_THREAD_CREATED',
          },
        ]
      : UNTOUCHED,
  fold: foldThread,
};
