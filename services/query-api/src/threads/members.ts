import { membersNamed, type ParticipantView } from '@threadlog/read-models';
import type { ThreadPartsRow } from '../access/rows';

/**
 * The members that a row tells, in the order they joined, with how far each has read the thread. Lists of words in place
 * of JSON because Postgres makes them in half the time; no id has a space or a comma in it.
 */
export function membersOf(
  row: Pick<ThreadPartsRow, 'member_ids' | 'member_roles' | 'readers'>,
): Required<ParticipantView>[] {
  const readTo = readersOf(row.readers);
  return (membersNamed(row) ?? []).map(({ user_id, role }) => ({
    user_id,
    role,
    read_index: readTo.get(user_id) ?? 0,
  }));
}

function readersOf(list: string | null): Map<string, number> {
  const readers = new Map<string, number>();
  for (const pair of list?.split(',') ?? []) {
    const space = pair.indexOf(' ');
    readers.set(pair.slice(0, space), Number(pair.slice(space + 1)));
  }
  return readers;
}
