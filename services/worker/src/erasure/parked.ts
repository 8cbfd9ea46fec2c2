import { createStatements, settingsBy, type Database } from '@threadlog/read-models';
import type { Erased } from './state';

/** Streams that wait for an operator, and may hold text of the erased: what waits there is not in the read model. */
export interface Parked {
  /** Record keys, in order. */
  recordKeys: string[];
  /** Their threads that the read model knows, sub-threads too. */
  threadIds: string[];
}

/**
 * The parked threads in which the person writes or takes part, which are about it, or of which nothing is known, and its
 * own stream; for a tenant all of them, and its endpoints. No key opens what is in them any more, but it cannot be deleted either before
 * they go on.
 */
export async function findParked(
  { database, generation }: { database: Database; generation: number },
  { tenantId, personId }: Erased,
): Promise<Parked> {
  const statements = createStatements({ database, generation: () => generation });
  const rows = await statements.planned<{ record_key: string; thread_ids: string[] }>(parkedSql, [tenantId, personId]);
  return {
    recordKeys: rows.map(({ record_key }) => record_key),
    threadIds: rows.flatMap(({ thread_ids }) => thread_ids),
  };
}

/** Parameters: tenant, person or null. A record key is `tenant/type/id`, and no id holds a slash. */
const parkedSql = (schema: string): string => `
  with parked as (
    select record_key, split_part(record_key, '/', 2) as type, split_part(record_key, '/', 3) as id
    from ${schema}.parked_keys where split_part(record_key, '/', 1) = $1
  ), threads as (
    select t.* from ${schema}.threads t join parked p
      on p.type = 'thread' and t.tenant_id = $1 and (t.thread_id = p.id or starts_with(t.thread_id, p.id || '~'))
  )
  select record_key, array(select thread_id from threads where split_part(thread_id, '~', 1) = parked.id) as thread_ids
  from parked
  where type in ('webhook', 'agent') and $2::text is null or type = 'user' and ($2::text is null or id = $2) or type = 'thread' and ($2::text is null
    or not exists (select from threads where thread_id = parked.id)
    or exists (select from threads where split_part(thread_id, '~', 1) = parked.id and learner_id = $2)
    or exists (select from threads t where split_part(thread_id, '~', 1) = parked.id and ${settingsBy('$2', 't')})
    or exists (select from ${schema}.participants p where p.tenant_id = $1 and p.thread_id = parked.id and p.user_id = $2)
    or exists (select from threads t join ${schema}.message_refs r on r.tenant_id = $1 and r.thread_id = t.thread_id
      where split_part(t.thread_id, '~', 1) = parked.id and r.sender_id = $2))
  order by record_key`;
