import type { Actor } from '@threadlog/auth';
import { param, sharedThreads, sql, TENANT, type Sql, type Statements } from '@threadlog/read-models';

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
  const values = { tenantId: actor.tenantId, viewerId: actor.id, others };
  const rows = await statements.composed<{ user_id: string }>('known_users', knownSql, values);
  return new Set([actor.id, ...rows.map(({ user_id }) => user_id)]);
}

/** Reads the memberships of both sides once each, from their index, whoever has many of them. */
const knownSql = (schema: Sql): Sql => sql`
  select distinct theirs.user_id from ${schema}.participants theirs
  where theirs.tenant_id = ${TENANT} and theirs.user_id = any(${param('others')}::text[]) and theirs.removed_at is null
  and theirs.thread_id in (select p.thread_id from ${sharedThreads(schema)})`;
