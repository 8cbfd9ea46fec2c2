import { endedPeople } from '@threadlog/agents';
import { agentBlobsOf, createAgentQueries, openAgent, type AgentRow, type Database } from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import type { Logger } from '@threadlog/service';
import { endpointSecrets, secretsAt } from '../webhooks/endpoints/endpoint';

export interface OpeningDeps {
  sealing: Pick<SealingService, 'prepare' | 'open' | 'endedAmong'>;
  logger: Pick<Logger, 'warn'>;
}

/**
 * Where an agent is asked and what signs that now. Null for one that does not open, since its tenant is erased or it was
 * tampered with, and for a user whose erasure has begun: nothing that it says could be kept.
 */
export async function openedAgent({ sealing, logger }: OpeningDeps, row: AgentRow, now: Date) {
  const { tenant_id, agent_id } = row;
  if ((await endedPeople(sealing, tenant_id, [agent_id])).size > 0) return null;
  try {
    await sealing.prepare(tenant_id, agentBlobsOf(row));
    const opened = openAgent(sealing, row);
    return opened && { url: opened.url, secrets: secretsAt({ secrets: endpointSecrets(opened) }, now) };
  } catch (error) {
    logger.warn({ err: error, tenant_id, agent_id }, 'an agent does not open');
    return null;
  }
}

const PAGE = 500;

/** All agents that are registered. */
export async function registeredAgents(database: Database, generation: number): Promise<AgentRow[]> {
  const queries = createAgentQueries({ database, generation: () => generation });
  const rows: AgentRow[] = [];
  for (let page: AgentRow[] = []; ;) {
    page = await queries.listAgents({ after: page.at(-1), limit: PAGE });
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}
