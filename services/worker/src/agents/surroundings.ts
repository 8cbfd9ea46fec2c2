import { activeGeneration, generationSchema, type Database, type MessageStore } from '@threadlog/read-models';
import { rootThreadId, type TenantId } from '@threadlog/events';
import { asks, type Candidate, type OpenRun } from './asks';

export interface SurroundingsDeps {
  database: Database;
  agentId: string;
  messageStore(generation: number): MessageStore;
}

/** A thread as an agent that takes part in it has it. */
interface Place {
  visible_from_index: number;
  visible_from_version: number;
  people: number;
  agent_mode: string;
  agent_mode_at: string | null;
  over_to: number | null;
  root_version: number | null;
}

/** Of messages that may ask the agent those that do. The read model must have them. */
export async function asking(deps: SurroundingsDeps, candidates: readonly Candidate[]): Promise<OpenRun[]> {
  const found: OpenRun[] = [];
  for (const candidate of candidates) {
    const { run, replyTo } = candidate;
    const place = await placeOf(deps, run.tenantId, run.threadId);
    if (!place || !isVisible(place, run)) continue;
    const repliesToIt = replyTo !== null && (await isBy(deps, run.tenantId, replyTo));
    const { people, agent_mode: mode, agent_mode_at: modeAt, over_to } = place;
    if (asks(candidate, { people, mode, modeAt, overTo: over_to ?? 0, repliesToIt })) found.push(run);
  }
  return found;
}

/** From which message on the agent sees the thread; null where it does not, or takes no part. */
export async function visibleFrom(
  deps: SurroundingsDeps,
  { tenantId, threadId }: Pick<OpenRun, 'tenantId' | 'threadId'>,
): Promise<number | null> {
  const place = await placeOf(deps, tenantId, threadId);
  if (!place || !isVisible(place, { threadId, triggerIndex: Infinity })) return null;
  return threadId === rootThreadId(threadId) ? place.visible_from_index : 1;
}

/** A sub-thread is seen whole or not at all. */
function isVisible(place: Place, { threadId, triggerIndex }: Pick<OpenRun, 'threadId' | 'triggerIndex'>): boolean {
  if (threadId === rootThreadId(threadId)) return triggerIndex >= place.visible_from_index;
  return place.visible_from_version <= (place.root_version ?? 1);
}

/** Where the agent takes part in a thread that is there. */
async function placeOf({ database, agentId }: SurroundingsDeps, tenantId: TenantId, threadId: string) {
  const schema = generationSchema(await activeGeneration(database));
  const { rows } = await database.query<Place>(
    `select p.visible_from_index, p.visible_from_version, r.agent_mode, r.agent_mode_at, t.root_version,
       (t.agent_runs ->> $4)::integer as over_to,
       (select count(*) from ${schema}.participants o where o.tenant_id = $1 and o.thread_id = $3
         and o.removed_at is null and o.role <> 'agent' and o.user_id <> $4) as people
     from ${schema}.threads t
     join ${schema}.threads r on r.tenant_id = $1 and r.thread_id = $3 and r.deleted_at is null
     join ${schema}.participants p
       on p.tenant_id = $1 and p.thread_id = $3 and p.user_id = $4 and p.removed_at is null
     where t.tenant_id = $1 and t.thread_id = $2 and t.deleted_at is null`,
    [tenantId, threadId, rootThreadId(threadId), agentId],
  );
  return rows[0] ?? null;
}

async function isBy(
  { database, agentId, messageStore }: SurroundingsDeps,
  tenantId: TenantId,
  messageId: string,
): Promise<boolean> {
  const [row] = await messageStore(await activeGeneration(database)).byIds(tenantId, [messageId]);
  return row?.sender_id === agentId;
}
