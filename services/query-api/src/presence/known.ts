import type { Actor } from '@threadlog/auth';
import type { Statements } from '@threadlog/read-models';

/**
 * Those of these users whose presence the actor may know: itself, and who takes part in a thread that it takes part in.
 * Seeing a thread by scope or office is not enough: presence is about people, not about what they wrote.
 */
export async function knownUsers(
  statements: Statements,
  actor: Actor,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const others = userIds.filter((userId) => userId !== actor.id);
  if (others.length === 0) return new Set(userIds);
  const rows = await statements.rows<{ user_id: string }>('known_users', knownSql, [actor.tenantId, actor.id, others]);
  return new Set([actor.id, ...rows.map(({ user_id }) => user_id)]);
}

/** Reads the memberships of both sides once each, from their index, whoever has many of them. */
const knownSql = (schema: string): string => `
  select distinct theirs.user_id from ${schema}.participants theirs
  where theirs.tenant_id = $1 and theirs.user_id = any($3::text[]) and theirs.removed_at is null
  and theirs.thread_id in (
    select mine.thread_id from ${schema}.participants mine
    join ${schema}.threads t on t.tenant_id = $1 and t.thread_id = mine.thread_id and t.deleted_at is null
    where mine.tenant_id = $1 and mine.user_id = $2 and mine.removed_at is null
  )`;
