import { mayManageAgents, personIdSchema, type Actor } from '@threadlog/auth';
import { freeText, notThere, problem, agentSchema } from '@threadlog/events';
import { findAgent, presentAgent, agentBlobsOf, agentsTable, type AgentRow } from '@threadlog/read-models';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import type { QueryContext } from '../context';
import { decodeKeyset } from '../cursors';
import { keysetOrder, keysetPage } from '../pages';
import { ok, readRoute } from '../readRoute';
import { pageEdgesShape, pageLimit } from '../schemas';

const tags = ['Agents'];
const params = z.object({ agentId: personIdSchema });
const listQuery = z.strictObject({
  cursor: freeText(512).optional().meta({ description: 'A `nextCursor` or `prevCursor` of this list.' }),
  limit: pageLimit,
});
const pageSchema = z.object({ items: z.array(agentSchema), ...pageEdgesShape }).meta({ id: 'AgentPage' });

const list = readRoute<{ query: typeof listQuery }>({
  path: '/api/v1/agents',
  operationId: 'listAgents',
  summary: 'List agents',
  description: 'Those of the tenant, newest first; for administrators.',
  tags,
  query: listQuery,
  responses: { 200: { description: 'A page of agents', schema: pageSchema } },
  problems: ['forbidden'],
  async handler({ actor, query }, context) {
    if (!mayManageAgents(actor)) throw problem('forbidden', 'agents are for administrators');
    const cursor = decodeKeyset('agents', query);
    const { limit } = query;
    const rows = await context.statements.built<AgentRow>((query) => {
      const live = query.select('*').from(agentsTable.name);
      void live.where('tenant_id', actor.tenantId).whereNull('deleted_at');
      return keysetOrder(live, { cursor, columns: ['created_at', 'agent_id'], limit: limit + 1 });
    });
    const key = (row: AgentRow) => ({ at: row.created_at, id: row.agent_id });
    const { rows: shown, ...edges } = keysetPage(rows, { list: 'agents', cursor, limit, key });
    return ok({ items: await presented(context, actor, shown), ...edges });
  },
});

const one = readRoute<{ params: typeof params }>({
  path: '/api/v1/agents/{agentId}',
  operationId: 'getAgent',
  summary: 'Get an agent',
  description: 'For administrators. How it is asked; of its secrets the ids alone.',
  tags,
  params,
  responses: { 200: { description: 'The agent', schema: agentSchema } },
  async handler({ actor, params: { agentId } }, context) {
    const row = await findAgent(context.statements, actor.tenantId, agentId);
    // For everybody else there are none.
    if (!row || !mayManageAgents(actor)) throw notThere();
    const [agent] = await presented(context, actor, [row]);
    return ok(agent);
  },
});

async function presented({ opener }: QueryContext, { tenantId }: Actor, rows: readonly AgentRow[]) {
  await opener.prepare(tenantId, rows.flatMap(agentBlobsOf));
  return rows.map((row) => presentAgent(row, opener));
}

export const agentQueryRoutes: readonly Route<QueryContext>[] = [list, one];
