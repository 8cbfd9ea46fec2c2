import { foldThread, threadsTable, type ThreadRow } from '@threadlog/read-models';
import { threadTouched, UNTOUCHED, type Projection } from './projection';

/** Threads: settings, state, last index. Every event of a thread moves its version. */
export const threads: Projection<ThreadRow> = {
  table: threadsTable,
  remembered: true,
  touches: (event) => (event.stream_type === 'thread' ? threadTouched(event) : UNTOUCHED),
  fold: foldThread,
};
