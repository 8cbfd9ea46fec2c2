import { changesRoster, foldRoster, rostersTable, type RosterRow } from '@threadlog/read-models';
import { threadTouched, UNTOUCHED, type Projection } from './projection';

/** The members of a thread in one row, for lists. */
export const rosters: Projection<RosterRow> = {
  table: rostersTable,
  remembered: false,
  touches: (event) => (changesRoster(event) ? threadTouched(event) : UNTOUCHED),
  fold: foldRoster,
};
