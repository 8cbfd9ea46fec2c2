import { activeGeneration, generationSchema } from '@threadlog/read-models';
import { onDeployment, type CommandContext } from '../context';
import { table, type Outcome } from '../outcome';

interface TenantLine {
  tenantId: string;
  /** Threads that are not deleted, sub-threads too. */
  threads: number;
  /** Messages of theirs that are not deleted. */
  messages: number;
  /** Time of the newest message or change of settings; null where all threads are deleted. */
  lastActivity: string | null;
}

/** Who has threads here, those with the most first; ids of tenants and how much, nothing of what they wrote. */
export async function tenants(context: CommandContext, { limit }: { limit: number }): Promise<Outcome> {
  const lines = await onDeployment(context, async ({ database }) => {
    const generation = await activeGeneration(database);
    // Counts are bigint, which the driver gives as text.
    const { rows } = await database.query<{ [Name in keyof TenantLine]: string | null }>(
      `select tenant_id as "tenantId", count(*) filter (where deleted_at is null) as threads,
         coalesce(sum(last_message_index - deleted_count) filter (where deleted_at is null), 0) as messages,
         max(updated_at collate "C") filter (where deleted_at is null) as "lastActivity"
       from ${generationSchema(generation)}.threads group by tenant_id
       order by 3 desc, 2 desc, tenant_id collate "C" limit $1`,
      [limit],
    );
    return rows.map(({ tenantId, threads, messages, lastActivity }): TenantLine => {
      return { tenantId: tenantId!, threads: Number(threads), messages: Number(messages), lastActivity };
    });
  });
  const rows = lines.map(({ tenantId, threads, messages, lastActivity }) => [
    tenantId,
    threads,
    messages,
    lastActivity,
  ]);
  return { ok: true, text: table(['tenant', 'threads', 'messages', 'last activity'], rows), json: { tenants: lines } };
}
