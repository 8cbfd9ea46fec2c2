import type { TenantId } from '@threadlog/events';
import { participantsTable, userThreadsTable, type ParticipantRow, type Statements } from '@threadlog/read-models';
import type { Keyset } from '../cursors';
import { keysetOrder, keysetPage, type KeysetPage } from '../pages';

export type ParticipantListRow = Pick<ParticipantRow, 'user_id' | 'role' | 'joined_at'> & { read_index: number };

/** A thread, and the root whose members are its own. */
export interface MemberPlace {
  tenantId: TenantId;
  threadId: string;
  rootId: string;
}

/** Current members of a thread in the order they joined, each with how far it has read that thread. */
export async function pageParticipants(
  statements: Statements,
  thread: MemberPlace,
  { cursor, limit }: { cursor: Keyset | null; limit: number },
): Promise<KeysetPage<ParticipantListRow>> {
  const { tenantId, rootId, threadId } = thread;
  const found = await statements.built<ParticipantListRow & { read_index: number | null }>((query) => {
    query
      .select('p.user_id', 'p.role', 'p.joined_at')
      .select({ read_index: 'u.read_index' })
      .from(`${participantsTable.name} as p`)
      .leftJoin(`${userThreadsTable.name} as u`, (on) =>
        on.on('u.tenant_id', 'p.tenant_id').on('u.user_id', 'p.user_id').onVal('u.thread_id', threadId),
      )
      .where({ 'p.tenant_id': tenantId, 'p.thread_id': rootId })
      .whereNull('p.removed_at');
    return keysetOrder(query, { cursor, columns: ['p.joined_at', 'p.user_id'], oldestFirst: true, limit: limit + 1 });
  });
  const rows = found.map((row) => ({ ...row, read_index: row.read_index ?? 0 }));
  return keysetPage(rows, {
    list: 'participants',
    cursor,
    limit,
    key: (row) => ({ at: row.joined_at, id: row.user_id }),
  });
}

/** All current members, when any membership changed above `since`, a stream version of the root; else null. */
export async function participantsChangedSince(
  statements: Statements,
  thread: Omit<MemberPlace, 'threadId'>,
  since: number,
): Promise<ParticipantListRow[] | null> {
  const [row] = await statements.rows<{ changed: boolean; members: ParticipantListRow[] | null }>(
    'participants_changed',
    (schema) => `select coalesce(max(p.version) > $3, false) as changed,
        json_agg(json_build_object('user_id', p.user_id, 'role', p.role, 'joined_at', p.joined_at,
            'read_index', coalesce(u.read_index, 0)) order by p.joined_at, p.user_id)
          filter (where p.removed_at is null) as members
      from ${schema}.participants p
      left join ${schema}.user_threads u on u.tenant_id = $1 and u.user_id = p.user_id and u.thread_id = $2
      where p.tenant_id = $1 and p.thread_id = $2`,
    [thread.tenantId, thread.rootId, since],
  );
  return row?.changed ? (row.members ?? []) : null;
}
