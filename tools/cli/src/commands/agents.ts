import { userInfo } from 'node:os';
import type { AgentResource } from '@threadlog/events';
import type { OpenRun } from '@threadlog/read-models';
import type { CommandContext } from '../context';
import { tenantOf } from '../given';
import { askOperations } from '../operations';
import { table, type Outcome } from '../outcome';
import { listOf, type OfTenant, type PageOptions } from './ofTenant';

export interface StopOptions extends OfTenant {
  thread: string;
  by?: string;
}

interface LastRun {
  runId: string;
  threadId: string;
  at: string;
  outcome: string;
  seconds: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  model: string | null;
}

const pathOf = (tenant: string, ...path: string[]) => ['ops', 'tenants', tenantOf(tenant), ...path];

/** Agents of a tenant, of their addresses the hosts alone. */
export const agentsList = (context: CommandContext, options: PageOptions): Promise<Outcome> =>
  listOf<AgentResource>(context, pathOf(options.tenant, 'agents'), options, {
    headings: ['agent', 'url', 'asked by', 'told', 'patience ms'],
    row: ({ id, url, trigger, contextMessages, timeoutMs }) => [id, url, trigger, contextMessages, timeoutMs],
  });

/** What agents are about to say. */
export async function agentsOpen(context: CommandContext, { tenant }: OfTenant): Promise<Outcome> {
  const answer = await askOperations<{ runs: OpenRun[] }>(context, pathOf(tenant, 'runs'));
  const rows = answer.runs.map((run) => [
    ...[run.runId, run.agentId, run.threadId, run.way, run.askedAt, run.attempts, run.isStopped ? 'yes' : 'no'],
  ]);
  const headings = ['run', 'agent', 'thread', 'way', 'asked', 'tried again', 'stopping'];
  return { ok: true, text: rows.length === 0 ? 'none' : table(headings, rows), json: answer };
}

/** How the last runs of an agent ended, how long they took, what they used. */
export async function agentsRuns(context: CommandContext, agent: string, { tenant }: OfTenant): Promise<Outcome> {
  const answer = await askOperations<{ runs: LastRun[] }>(context, pathOf(tenant, 'agents', agent, 'runs'));
  const rows = answer.runs.map(({ runId, threadId, at, outcome, seconds, inputTokens, outputTokens, model }) => [
    ...[at, outcome, seconds, inputTokens, outputTokens, model, threadId, runId],
  ]);
  const headings = ['ended', 'outcome', 'seconds', 'tokens in', 'out', 'model', 'thread', 'run'];
  return { ok: true, text: rows.length === 0 ? 'none' : table(headings, rows), json: answer };
}

export async function agentsStop(context: CommandContext, run: string, options: StopOptions): Promise<Outcome> {
  const { tenant, thread: threadId, by = userInfo().username } = options;
  await askOperations(context, pathOf(tenant, 'runs', run, 'stop'), {
    method: 'POST',
    query: { by },
    body: { threadId },
  });
  return { ok: true, text: `run ${run} ends`, json: { runId: run, threadId } };
}
