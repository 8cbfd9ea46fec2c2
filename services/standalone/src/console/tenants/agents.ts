import { personIdSchema } from '@threadlog/auth';
import { problem, tenantIdInputSchema, threadIdInputSchema, type AgentResource } from '@threadlog/events';
import { SEALED } from '@threadlog/projector';
import { agentQueryRoutes, lastRuns } from '@threadlog/query-api';
import { openRunsOf, stopRun } from '@threadlog/read-models';
import { defineRoute, type Route } from '@threadlog/service';
import { z } from 'zod';
import type { ConsoleDeps } from '../deps';
import { count } from '../words';
import { operatorActor, operatorName } from './actor';
import { forOperators, READER } from './forOperators';
import { eachShown, hostOf } from './shown';

const tags = ['Operations'];
/** Runs listed, of either kind. */
const RUNS = 50;

const tenantParams = z.object({ tenant: tenantIdInputSchema });
const agentParams = tenantParams.extend({ agentId: personIdSchema });
const runParams = tenantParams.extend({ runId: z.uuid() });
const stopQuery = z.strictObject({ by: operatorName });
const stopBody = z.strictObject({ threadId: threadIdInputSchema });

export const openRunsAnswer = z.object({
  runs: z.array(
    z.object({
      agentId: z.string(),
      threadId: z.string(),
      runId: z.string(),
      way: z.enum(['asked', 'streams']),
      askedAt: z.string().nullable(),
      attempts: count,
      isStopped: z.boolean(),
    }),
  ),
});

export const lastRunsAnswer = z.object({
  runs: z.array(
    z.object({
      runId: z.string(),
      threadId: z.string(),
      at: z.string(),
      outcome: z.string(),
      answered: z.boolean(),
      seconds: z.number().nullable(),
      inputTokens: count.nullable(),
      outputTokens: count.nullable(),
      model: z.string().nullable(),
    }),
  ),
});

/** What people wrote about an agent is masked, and of its address more than the host. */
function masked(one: object): object {
  const { url, displayName, ...agent } = one as AgentResource;
  return { ...agent, url: hostOf(url), displayName: displayName === null ? null : SEALED };
}

const listOpen = defineRoute<{ params: typeof tenantParams }, ConsoleDeps>({
  method: 'get',
  path: '/ops/tenants/{tenant}/runs',
  summary: 'Runs of agents that are under way in a tenant',
  tags,
  auth: 'user',
  params: tenantParams,
  responses: { 200: { description: 'At most a hundred of them', schema: openRunsAnswer } },
  handler: async ({ params: { tenant } }, { database }) => ({
    status: 200,
    body: { runs: await openRunsOf(database, tenant, RUNS) },
  }),
});

const listLast = defineRoute<{ params: typeof agentParams }, ConsoleDeps>({
  method: 'get',
  path: '/ops/tenants/{tenant}/agents/{agentId}/runs',
  summary: 'The last runs of an agent: how they ended, how long they took, what they used',
  tags,
  auth: 'user',
  params: agentParams,
  responses: {
    200: { description: 'Those with an answer and those without one, newest first', schema: lastRunsAnswer },
  },
  async handler({ params: { tenant, agentId } }, { reads }) {
    const runs = await lastRuns(await reads(), operatorActor(tenant, READER), agentId, RUNS);
    return { status: 200, body: { runs } };
  },
});

const stop = defineRoute<{ params: typeof runParams; query: typeof stopQuery; body: typeof stopBody }, ConsoleDeps>({
  method: 'post',
  path: '/ops/tenants/{tenant}/runs/{runId}/stop',
  summary: 'Stops what an agent is about to say; who did that stands in the audit log of the tenant',
  tags,
  auth: 'user',
  params: runParams,
  query: stopQuery,
  body: stopBody,
  responses: { 204: { description: 'It ends' } },
  async handler({ params: { tenant: tenantId, runId }, query: { by }, body: { threadId } }, { database, logger }) {
    logger.warn({ tenantId, threadId, runId, by, does: 'stopRun' }, 'an operator acts in a tenant');
    if (!(await stopRun(database, { tenantId, threadId, runId, stoppedBy: operatorActor(tenantId, by).id })))
      throw problem('not_found', 'No such run is under way in this thread.');
    return { status: 204 };
  },
});

/** Agents of tenants and their runs. They are made and changed by their tenant alone. */
export const tenantAgentRoutes: readonly Route<ConsoleDeps>[] = [
  ...forOperators(agentQueryRoutes, { depsOf: ({ reads }) => reads(), shown: (answer) => eachShown(answer, masked) }),
  listLast,
  listOpen,
  stop,
];
