import { activeGeneration, generationSchema, type Database, type MessageStore } from '@threadlog/read-models';
import { rootThreadId, type ParticipantRole, type TenantId } from '@threadlog/events';
import { asks, type Candidate, type OpenRun } from './asks';
import type { AgentDirectory } from './directory';

export interface SurroundingsDeps {
  database: Database;
  directory: Pick<AgentDirectory, 'find'>;
  messageStore(generation: number): MessageStore;
}

/** A thread as an agent that takes part in it has it. */
interface Place {
  agent_id: string;
  role: ParticipantRole;
  visible_from_index: number;
  visible_from_version: number;
  people: number;
  agent_mode: string;
  agent_mode_at: string | null;
  over_to: number | null;
  root_version: number | null;
}

/** Of one message, as one that may ask each of some agents, those that it does ask. The read model must have it. */
export async function asking(deps: SurroundingsDeps, candidates: readonly Candidate[]): Promise<OpenRun[]> {
  const [first] = candidates;
  if (!first) return [];
  const { tenantId, threadId } = first.run;
  const places = await placesOf(
    deps,
    { tenantId, threadId },
    candidates.map(({ run }) => run.agentId),
  );
  if (places.length === 0) return [];
  const repliesTo = first.replyTo === null ? null : await senderOf(deps, tenantId, first.replyTo);
  return candidates.flatMap((candidate) => {
    const { run } = candidate;
    const place = places.find(({ agent_id }) => agent_id === run.agentId);
    const agent = deps.directory.find(tenantId, run.agentId);
    if (!place || !agent || !isVisible(place, run)) return [];
    const { people, agent_mode: mode, agent_mode_at: modeAt, over_to } = place;
    const repliesToIt = repliesTo === run.agentId;
    const around = { trigger: agent.trigger, people, mode, modeAt, overTo: over_to ?? 0, repliesToIt };
    return asks(candidate, around) ? [run] : [];
  });
}

/** From which message on the agent of a run sees the thread; null where it does not, or takes no part. */
export async function visibleFrom(
  deps: SurroundingsDeps,
  { tenantId, threadId, agentId }: Pick<OpenRun, 'tenantId' | 'threadId' | 'agentId'>,
): Promise<number | null> {
  const [place] = await placesOf(deps, { tenantId, threadId }, [agentId]);
  if (!place || !isVisible(place, { threadId, triggerIndex: Infinity })) return null;
  return threadId === rootThreadId(threadId) ? place.visible_from_index : 1;
}

/** A sub-thread is seen whole or not at all. */
function isVisible(place: Place, { threadId, triggerIndex }: Pick<OpenRun, 'threadId' | 'triggerIndex'>): boolean {
  if (threadId === rootThreadId(threadId)) return triggerIndex >= place.visible_from_index;
  return place.visible_from_version <= (place.root_version ?? 1);
}

/** Where these agents take part in a thread that is there, each as it may. */
async function placesOf(
  { database, directory }: SurroundingsDeps,
  { tenantId, threadId }: Pick<OpenRun, 'tenantId' | 'threadId'>,
  agentIds: readonly string[],
): Promise<Place[]> {
  const schema = generationSchema(await activeGeneration(database));
  const { rows } = await database.query<Place>(
    `select p.user_id as agent_id, p.role, p.visible_from_index, p.visible_from_version, r.agent_mode, r.agent_mode_at,
       t.root_version, (t.agent_runs ->> p.user_id)::integer as over_to,
       (select count(*)::integer from ${schema}.participants o where o.tenant_id = $1 and o.thread_id = $3
         and o.removed_at is null and o.role <> 'agent' and o.user_id <> p.user_id) as people
     from ${schema}.threads t
     join ${schema}.threads r on r.tenant_id = $1 and r.thread_id = $3 and r.deleted_at is null
     join ${schema}.participants p
       on p.tenant_id = $1 and p.thread_id = $3 and p.user_id = any($4) and p.removed_at is null
     where t.tenant_id = $1 and t.thread_id = $2 and t.deleted_at is null`,
    [tenantId, threadId, rootThreadId(threadId), agentIds],
  );
  return rows.filter(({ agent_id, role }) => role === 'agent' || directory.find(tenantId, agent_id)?.byRole === false);
}

async function senderOf(
  { database, messageStore }: SurroundingsDeps,
  tenantId: TenantId,
  messageId: string,
): Promise<string | null> {
  const [row] = await messageStore(await activeGeneration(database)).byIds(tenantId, [messageId]);
  return row?.sender_id ?? null;
}
