import type { TenantId } from '@threadlog/events';
import type { AgentRow } from '../projections';
import { createStatements, type ReadModelSource, type Statements } from '../statements';

/** Place among the agents of all tenants, which are walked by tenant and id. */
export type AgentCursor = Pick<AgentRow, 'tenant_id' | 'agent_id'>;

/** Agents that were not deleted. */
export interface AgentQueries {
  /** Those of all tenants after a place; `limit` at most. */
  listAgents(page: { after?: AgentCursor | undefined; limit: number }): Promise<AgentRow[]>;
  countAgents(tenantId: TenantId): Promise<number>;
}

export function createAgentQueries(source: ReadModelSource): AgentQueries {
  const statements = createStatements(source);
  return {
    listAgents: ({ after, limit }) =>
      statements.rows(
        'agents',
        (schema) => `select * from ${schema}.agents
          where deleted_at is null and (tenant_id, agent_id) > ($1, $2) order by tenant_id, agent_id limit $3`,
        [after?.tenant_id ?? '', after?.agent_id ?? '', limit],
      ),
    async countAgents(tenantId) {
      const [row] = await statements.rows<{ count: number }>(
        'agents_count',
        (schema) => `select count(*)::integer as count from ${schema}.agents
          where tenant_id = $1 and deleted_at is null`,
        [tenantId],
      );
      return row!.count;
    },
  };
}

/** An agent; null where there is none, or it was deleted. */
export async function findAgent(statements: Statements, tenantId: TenantId, agentId: string): Promise<AgentRow | null> {
  const [row] = await statements.rows<AgentRow>(
    'agent',
    (schema) => `select * from ${schema}.agents where tenant_id = $1 and agent_id = $2 and deleted_at is null`,
    [tenantId, agentId],
  );
  return row ?? null;
}
