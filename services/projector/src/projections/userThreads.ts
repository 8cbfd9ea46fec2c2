import { foldUserThread, userThreadOf, userThreadsTable, type UserThreadRow } from '@threadlog/read-models';
import { UNTOUCHED, type Projection } from './projection';

/** Read positions and preferences, from the users' own streams. */
export const userThreads: Projection<UserThreadRow> = {
  table: userThreadsTable,
  remembered: false,
  touches(event) {
    const threadId = userThreadOf(event);
    if (threadId === null) return UNTOUCHED;
    const key = { tenant_id: event.tenant_id, user_id: event.stream_id, thread_id: threadId };
    return [{ key, name: `${event.tenant_id}/${event.stream_id}/${threadId}`, fresh: event.stream_version === 1 }];
  },
  fold: foldUserThread,
};
