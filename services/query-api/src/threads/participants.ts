import type { TenantId } from '@threadlog/events';
import type { ParticipantRow, Statements } from '@threadlog/read-models';
import type { Keyset } from '../cursors';
import { keysetPage, type KeysetPage } from '../pages';

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
  const backwards = cursor?.direction === 'prev';
  const values: unknown[] = [thread.tenantId, thread.rootId, thread.threadId, limit + 1];
  if (cursor) values.push(cursor.at, cursor.id);
  const beyond = cursor ? `and (p.joined_at, p.user_id) ${backwards ? '<' : '>'} ($5, $6)` : '';
  const order = backwards ? 'desc' : 'asc';
  const rows = await statements.rows<ParticipantListRow>(
    `participants_page_${cursor?.direction ?? 'first'}`,
    (schema) => `select p.user_id, p.role, p.joined_at, coalesce(u.read_index, 0) as read_index
      from ${schema}.participants p
      left join ${schema}.user_threads u on u.tenant_id = $1 and u.user_id = p.user_id and u.thread_id = $3
      where p.tenant_id = $1 and p.thread_id = $2 and p.removed_at is null ${beyond}
      order by p.joined_at ${order}, p.user_id ${order} limit $4`,
    values,
  );
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
