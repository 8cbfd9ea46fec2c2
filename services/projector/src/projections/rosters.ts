import { changesRoster, foldRoster, rostersTable, type RosterRow } from '@threadlog/read-models';
import { UNTOUCHED, type Projection } from './projection';

/** The members of a thread in one row, for lists. */
export const rosters: Projection<RosterRow> = {
  table: rostersTable,
  remembered: false,
  touches: (event) =>
    changesRoster(event)
      ? [
          {
            key: { tenant_id: event.tenant_id, thread_id: event.stream_id },
            name: `${event.tenant_id}/${event.stream_id}`,
            fresh: event.event_type === 'CHAT_THREAD_CREATED',
          },
        ]
      : UNTOUCHED,
  fold: foldRoster,
};
