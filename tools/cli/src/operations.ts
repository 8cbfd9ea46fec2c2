import { operatorTokens } from '@threadlog/auth';
import { readProcesses, type Operator } from '@threadlog/runtime';
import { onDeployment, type CommandContext } from './context';
import { CommandError, EXIT } from './outcome';

export interface Asked {
  method?: 'GET' | 'POST' | 'DELETE';
  query?: Record<string, string | undefined>;
  body?: unknown;
  /** The same names the same, however often it is asked for. */
  idempotencyKey?: string;
}

/** Longest wait for an answer; milliseconds. */
const PATIENCE_MS = 30_000;
/** A process that says nothing for so long is not asked. */
const SILENT_SECONDS = 20;

/** Asks the operations port of one of the deployment's processes, with the token of an operator, as the console does. */
export async function askOperations<Answer>(
  context: CommandContext,
  path: string[],
  asked: Asked = {},
): Promise<Answer> {
  const { OPS_TOKEN } = context.env;
  const [token] = operatorTokens({ OPS_TOKEN });
  if (!token) throw new CommandError('OPS_TOKEN is not set: it lets operators in at the operations port', EXIT.usage);
  const urls = await onDeployment(context, ({ database }) => ready(database));
  for (const url of urls) {
    const answer = await ask<Answer>(urlOf(url, path, asked), token(), asked);
    if (answer) return answer.body;
  }
  throw new CommandError('no process of the deployment answers at its operations port', EXIT.unavailable);
}

async function ready(database: Operator['database']): Promise<string[]> {
  const processes = await readProcesses(database);
  return processes.filter((one) => one.ready && one.silentSeconds < SILENT_SECONDS).map(({ url }) => url);
}

function urlOf(base: string, path: string[], { query = {} }: Asked): URL {
  const url = new URL(path.map(encodeURIComponent).join('/'), `${base.replace(/\/$/, '')}/`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

/** Null where nobody answers there, or the process has no console: another one may. */
async function ask<Answer>(url: URL, token: string, { method = 'GET', body, idempotencyKey }: Asked) {
  const response = await fetch(url, {
    ...{ method, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) },
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: Error) => {
    // What was sent may have been done: it is not sent to another one.
    if (method !== 'GET' && error.name === 'TimeoutError')
      throw new CommandError('no answer: it may have been done', EXIT.unavailable);
    return null;
  });
  if (!response) return null;
  const answer = (await response.json().catch(() => ({}))) as { detail?: string };
  if (response.ok) return { body: answer as Answer };
  if (response.status === 401) throw new CommandError('OPS_TOKEN is not the token of an operator', EXIT.usage);
  throw new CommandError(answer.detail ?? `the process answered ${response.status}`);
}
