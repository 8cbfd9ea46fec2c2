import type {
  WebhookAttemptResource,
  WebhookDeadLetterResource,
  WebhookReplayResource,
  WebhookResource,
  WebhookRetriedResource,
  WebhookTestResource,
} from '@threadlog/events';
import { userInfo } from 'node:os';
import type { CommandContext } from '../context';
import { tenantOf } from '../given';
import { askOperations, type Asked } from '../operations';
import { CommandError, EXIT, type Outcome } from '../outcome';
import { listOf, type OfTenant, type PageOptions } from './ofTenant';

export interface ActOptions extends OfTenant {
  by?: string;
}
export interface ReplayOptions extends ActOptions {
  from: string;
  to?: string;
  thread?: string;
  key?: string;
}

const pathOf = (tenant: string, ...path: string[]) => ['ops', 'tenants', tenantOf(tenant), 'webhooks', ...path];

/** Something that an operator does: without a name who is logged in does it. */
const act = <Answer>(
  context: CommandContext,
  path: string[],
  { by = userInfo().username }: ActOptions,
  asked: Asked = {},
) => askOperations<Answer>(context, path, { method: 'POST', query: { by }, ...asked });

/** Endpoints of a tenant, of their addresses the hosts alone. */
export const webhooksList = (context: CommandContext, options: PageOptions): Promise<Outcome> =>
  listOf<WebhookResource>(context, pathOf(options.tenant), options, {
    headings: ['webhook', 'url', 'on', 'payload', 'events'],
    row: ({ id, url, enabled, disabledReason, payload, events }) => [
      ...[id, url, enabled ? 'yes' : (disabledReason ?? 'no'), payload, events.join(' ')],
    ],
  });

export const webhooksAttempts = (context: CommandContext, id: string, options: PageOptions): Promise<Outcome> =>
  listOf<WebhookAttemptResource>(context, pathOf(options.tenant, id, 'attempts'), options, {
    headings: ['time', 'kind', 'event', 'thread', 'position', 'ms', 'taken', 'status'],
    row: ({ at, kind, event, threadId, position, durationMs, delivered, status, error }) => [
      ...[at, kind, event, threadId, position, durationMs, delivered ? 'yes' : 'no', status ?? error],
    ],
  });

export const webhooksDeadLetters = (context: CommandContext, id: string, options: PageOptions): Promise<Outcome> =>
  listOf<WebhookDeadLetterResource>(context, pathOf(options.tenant, id, 'dead-letters'), options, {
    headings: ['no.', 'event', 'thread', 'position', 'attempts', 'status', 'given up'],
    row: ({ n, event, threadId, position, attempts, status, error, deadAt }) => [
      ...[n, event, threadId, position, attempts, status ?? error, deadAt],
    ],
  });

export const webhooksReplays = (context: CommandContext, id: string, options: PageOptions): Promise<Outcome> =>
  listOf<WebhookReplayResource>(context, pathOf(options.tenant, id, 'replays'), options, {
    headings: ['replay', 'status', 'from', 'to', 'records', 'of', 'taken', 'by'],
    row: ({ id: replay, status, reason, from, to, progress, delivered, requestedBy }) => [
      ...[replay, reason === null ? status : `${status}: ${reason}`, from, to],
      ...[progress.done, progress.total, delivered, requestedBy],
    ],
  });

/** Lets deliveries be tried again that were given up: one, or all. */
export async function webhooksRetry(
  context: CommandContext,
  { id, n, all }: { id: string; n: string | undefined; all: boolean },
  options: ActOptions,
): Promise<Outcome> {
  if ((n === undefined) === !all) throw new CommandError('name one dead letter, or --all', EXIT.usage);
  const path = n === undefined ? ['retry-all'] : [n, 'retry'];
  const answer = await act<WebhookRetriedResource>(
    context,
    pathOf(options.tenant, id, 'dead-letters', ...path),
    options,
  );
  return { ok: true, text: `${answer.retried} will be tried again`, json: answer };
}

export async function webhooksTest(context: CommandContext, id: string, options: ActOptions): Promise<Outcome> {
  const answer = await act<WebhookTestResource>(context, pathOf(options.tenant, id, 'test'), options);
  const { delivered, status, error, durationMs } = answer;
  return {
    ok: delivered,
    text: `${delivered ? 'taken' : 'not taken'}: ${status ?? error}, ${durationMs} ms`,
    json: answer,
  };
}

/** Tells an endpoint again what happened. */
export async function webhooksReplay(context: CommandContext, id: string, options: ReplayOptions): Promise<Outcome> {
  const { from, to, thread: threadId, key: idempotencyKey } = options;
  const asked = { body: { from, to, threadId }, ...(idempotencyKey !== undefined && { idempotencyKey }) };
  const replay = await act<WebhookReplayResource>(context, pathOf(options.tenant, id, 'replay'), options, asked);
  return { ok: true, text: `replay ${replay.id} runs, of ${replay.progress.total} records`, json: replay };
}

export async function webhooksCancel(
  context: CommandContext,
  { id, replay }: { id: string; replay: string },
  options: ActOptions,
): Promise<Outcome> {
  const path = pathOf(options.tenant, id, 'replays', replay);
  const answer = await act<WebhookReplayResource>(context, path, options, { method: 'DELETE' });
  return { ok: true, text: `replay ${answer.id} is ${answer.status}`, json: answer };
}
