import { createStatements, plainTenant, settingsBy, type Database, type TenantRow } from '@threadlog/read-models';
import { isParked } from './findings';
import type { Erased } from './state';

/** What holds for a tenant, and whether a held thread has text of whoever is to be erased. */
export interface HoldsFound {
  /** Version of the tenant's stream that this was found out for. */
  version: number;
  touchesHeldThread: boolean;
}

/**
 * Looks for text that both an erasure and a hold mean: what the person wrote in a held thread or below it, deleted or
 * not, since the log still has it; a held thread about the person; what the person wrote in threads about a held person;
 * what a held person wrote in threads about this one; titles and metadata like messages. A held thread that is parked counts where the person takes part:
 * its text may wait there. A tenant's erasure is stopped by any hold, which the tenant's own stream decides.
 */
export async function findHolds(
  { database, generation }: { database: Database; generation: number },
  { tenantId, personId }: Erased,
): Promise<HoldsFound> {
  const statements = createStatements({ database, generation: () => generation });
  const [row] = await statements.rows<TenantRow>(
    'erasure_tenant',
    (schema) => `select * from ${schema}.tenants where tenant_id = $1`,
    [tenantId],
  );
  const { version, holds } = row ?? plainTenant(tenantId);
  const threadIds = holds.flatMap(({ held_thread_id }) => held_thread_id ?? []);
  const people = holds.flatMap(({ subject }) => (subject && subject.kind !== 'tenant' ? [subject.id] : []));
  if (personId === null || threadIds.length + people.length === 0) return { version, touchesHeldThread: false };
  const values = [tenantId, personId, threadIds, people];
  const [found] = await statements.planned<{ touches: boolean }>(touchesSql, values);
  return { version, touchesHeldThread: found!.touches };
}

/** A hold on a thread is one on its sub-threads. */
const isHeld = (id: string): string => `(${id} = any($3) or split_part(${id}, '~', 1) = any($3))`;

/** Parameters: tenant, person, held threads, held people. */
const touchesSql = (schema: string): string => `
  select exists (
    select from ${schema}.message_refs where tenant_id = $1 and sender_id = $2 and ${isHeld('thread_id')}
  ) or exists (
    select from ${schema}.threads where tenant_id = $1 and learner_id = $2 and ${isHeld('thread_id')}
  ) or exists (
    select from ${schema}.threads t where tenant_id = $1 and ${settingsBy('$2', 't')}
      and (${isHeld('thread_id')} or t.learner_id = any($4))
  ) or exists (
    select from ${schema}.threads t where tenant_id = $1 and t.learner_id = $2
      and (t.title_by = any($4) or t.metadata_by = any($4))
  ) or exists (
    select from ${schema}.message_refs r join ${schema}.threads t using (tenant_id, thread_id)
    where tenant_id = $1 and r.sender_id = $2 and t.learner_id = any($4)
  ) or exists (
    select from ${schema}.threads t join ${schema}.message_refs r using (tenant_id, thread_id)
    where tenant_id = $1 and t.learner_id = $2 and r.sender_id = any($4)
  ) or exists (
    select from unnest($3::text[]) as held(thread_id) where ${isParked(schema, 'thread', 'held.thread_id')} and (
      exists (select from ${schema}.participants p
        where p.tenant_id = $1 and p.thread_id = split_part(held.thread_id, '~', 1) and p.user_id = $2)
      or not exists (select from ${schema}.threads t
        where t.tenant_id = $1 and t.thread_id = split_part(held.thread_id, '~', 1)))
  ) as touches`;
