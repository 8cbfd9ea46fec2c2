import type { ParticipantRole } from '@threadlog/events';
import type { ParticipantView } from '@threadlog/read-models';
import type { ThreadPartsRow } from './rows';

/**
 * The members that a row tells, in the order they joined, with how far each has read the thread. Lists of words in place
 * of JSON because Postgres makes them in half the time; no id has a space or a comma in it.
 */
export function membersOf({
  participants,
  readers,
}: Pick<ThreadPartsRow, 'participants' | 'readers'>): ParticipantView[] {
  const readTo = new Map(pairsOf(readers));
  return pairsOf(participants).map(([user_id, role]) => ({
    user_id,
    role: role as ParticipantRole,
    read_index: Number(readTo.get(user_id) ?? 0),
  }));
}

function pairsOf(list: string | null): [user: string, value: string][] {
  if (!list) return [];
  return list.split(',').map((pair) => {
    const space = pair.indexOf(' ');
    return [pair.slice(0, space), pair.slice(space + 1)];
  });
}
