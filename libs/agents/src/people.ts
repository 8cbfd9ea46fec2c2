import { rootThreadId, type TenantId } from '@threadlog/events';
import { activeGeneration, generationSchema, type Database } from '@threadlog/read-models';
import { nameKey, type KeyName, type SealingService } from '@threadlog/sealing';

/** Of these people those whose key an erasure has closed. */
export async function endedPeople(
  sealing: Pick<SealingService, 'endedAmong'>,
  tenantId: TenantId,
  people: readonly string[],
): Promise<Set<string>> {
  const keyOf = (id: string): KeyName => ({ kind: 'subject', id, month: '' });
  const ids = [...new Set(people)];
  const ended = await sealing.endedAmong(tenantId, ids.map(keyOf));
  return new Set(ids.filter((id) => ended.has(nameKey(keyOf(id)))));
}

/** Whom the conversation is about, if anybody. */
export async function learnerOf(
  database: Database,
  { tenantId, threadId }: { tenantId: TenantId; threadId: string },
): Promise<string | null> {
  const schema = generationSchema(await activeGeneration(database));
  const { rows } = await database.query<{ learner_id: string | null }>(
    `select learner_id from ${schema}.threads where tenant_id = $1 and thread_id = $2`,
    [tenantId, rootThreadId(threadId)],
  );
  return rows[0]?.learner_id ?? null;
}
