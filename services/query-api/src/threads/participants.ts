import type { TenantId } from '@threadlog/events';
import type { ParticipantRow, Statements } from '@threadlog/read-models';
import type { Keyset } from '../cursors';
import { keysetPage, type KeysetPage } from '../pages';

export type ParticipantListRow = Pick<ParticipantRow, 'user_id' | 'role' | 'joined_at'>;

/** Current members of a root thread in the order they joined. */
export async function pageParticipants(
  statements: Statements,
  thread: { tenantId: TenantId; rootId: string },
  { cursor, limit }: { cursor: Keyset | null; limit: number },
): Promise<KeysetPage<ParticipantListRow>> {
  const backwards = cursor?.direction === 'prev';
  const values: unknown[] = [thread.tenantId, thread.rootId, limit + 1];
  if (cursor) values.push(cursor.at, cursor.id);
  const beyond = cursor ? `and (joined_at, user_id) ${backwards ? '<' : '>'} ($4, $5)` : '';
  const order = backwards ? 'desc' : 'asc';
  const rows = await statements.rows<ParticipantListRow>(
    `participants_page_${cursor?.direction ?? 'first'}`,
    (schema) => `select user_id, role, joined_at from ${schema}.participants
      where tenant_id = $1 and thread_id = $2 and removed_at is null ${beyond}
      order by joined_at ${order}, user_id ${order} limit $3`,
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
  thread: { tenantId: TenantId; rootId: string },
  since: number,
): Promise<ParticipantListRow[] | null> {
  const [row] = await statements.rows<{ changed: boolean; members: ParticipantListRow[] | null }>(
    'participants_changed',
    (schema) => `select coalesce(max(version) > $3, false) as changed,
        json_agg(json_build_object('user_id', user_id, 'role', role, 'joined_at', joined_at) order by joined_at, user_id)
          filter (where removed_at is null) as members
      from ${schema}.participants where tenant_id = $1 and thread_id = $2`,
    [thread.tenantId, thread.rootId, since],
  );
  return row?.changed ? (row.members ?? []) : null;
}
