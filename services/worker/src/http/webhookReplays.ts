import { randomUUID } from 'node:crypto';
import type { Actor } from '@threadlog/auth';
import {
  freeText,
  instantInputSchema,
  notThere,
  problem,
  threadIdInputSchema,
  webhookReplaySchema,
} from '@threadlog/events';
import { derivedUuid, findWebhookReplay, presentWebhookReplays } from '@threadlog/read-models';
import { defineRoute, idempotencyKeySchema, type Route, type RouteReply } from '@threadlog/service';
import { z } from 'zod';
import { edgeOf, planReplay, type ReplayEdge } from '../webhooks/replay/plan';
import { countRunning, endReplay, insertReplay, MAX_REPLAYS_OF_TENANT } from '../webhooks/replay/store';
import { managedEndpoint, report, requireOn, statementsOf, type WebhookHttpDeps } from './webhookDeps';

const tags = ['Webhooks'];
const params = z.object({ webhookId: z.uuid() });
const replayParams = params.extend({ replayId: z.uuid() });

const edge = freeText(64, 1);
const body = z
  .strictObject({
    from: edge.meta({
      description: 'A time, or the `position` of an attempt or dead letter, whose event is the first.',
    }),
    to: edge.optional().meta({
      description:
        'A time that all of it happened before, or the position of the last event. By default all that is in the log now.',
    }),
    threadId: threadIdInputSchema.optional().meta({ description: 'Only of this thread, or sub-thread.' }),
  })
  .meta({ example: { from: '2026-01-15T09:00:00Z', to: '2026-01-15T10:00:00Z' } });

const headers = z.object({
  'idempotency-key': idempotencyKeySchema.optional().meta({
    description:
      'The same key with the same request gives the replay again that the first one began, for as long as it is listed.',
  }),
});

const begin = defineRoute<{ params: typeof params; body: typeof body; headers: typeof headers }, WebhookHttpDeps>({
  method: 'post',
  path: '/api/v1/webhooks/{webhookId}/replay',
  operationId: 'replayWebhook',
  summary: 'Tell an endpoint again what happened',
  description:
    'Beside live deliveries, in order of each thread, marked `webhook-replay: true`, with the same `webhook-id` and body as at first: ' +
    'what the endpoint is told now, of what happened before its registration too. Three run at a time in a tenant. For administrators.',
  tags,
  auth: 'user',
  params,
  headers,
  body,
  responses: { 202: { description: 'The replay', schema: webhookReplaySchema } },
  problems: ['conflict', 'idempotency_key_reused'],
  async handler({ actor, params: { webhookId }, headers: { 'idempotency-key': key }, body: asked }, deps) {
    const endpoint = await managedEndpoint(deps, actor, webhookId);
    const id = key === undefined ? randomUUID() : replayIdOf(actor, webhookId, key);
    const before = key === undefined ? null : await repeated(deps, { ...asked, ...named(actor, webhookId, id) });
    if (before) return before;
    requireOn(endpoint);
    return { status: 202, body: await start(deps, actor, { ...asked, webhookId, id }) };
  },
});

type Asked = z.output<typeof body> & { webhookId: string; id: string };

const named = ({ tenantId }: Actor, webhookId: string, replayId: string) => ({ tenantId, webhookId, replayId });

/** The same for a key of that person at that endpoint: so a repeat names what the first request began. */
function replayIdOf({ tenantId, id }: Actor, webhookId: string, key: string): string {
  return derivedUuid(JSON.stringify(['webhook-replay', tenantId, webhookId, id, key]));
}

/** What the first request with the key has begun; null where there was none. */
async function repeated(
  deps: WebhookHttpDeps,
  { from, to, threadId, ...of }: z.output<typeof body> & ReturnType<typeof named>,
): Promise<RouteReply | null> {
  const row = await findWebhookReplay(await statementsOf(deps.database), of);
  if (!row) return null;
  const isSame = row.starts === from && row.thread_id === (threadId ?? null) && (to === undefined || row.ends === to);
  if (!isSame) throw problem('idempotency_key_reused', 'this key began another replay');
  return { status: 202, body: await shown(deps, of), headers: { 'Idempotency-Replayed': 'true' } };
}

async function start(deps: WebhookHttpDeps, actor: Actor, { webhookId, id, threadId, ...asked }: Asked) {
  const { database } = deps;
  const { tenantId } = actor;
  const requestedAt = deps.now();
  const to = asked.to === undefined ? null : readEdge('to', asked.to);
  const plan = await planReplay(deps.log, readEdge('from', asked.from), to, requestedAt);
  if ((await countRunning(database, tenantId)) >= MAX_REPLAYS_OF_TENANT) throw tooMany();
  await report(deps, actor, { webhookId, act: { type: 'replay', replayId: id } });
  const of = { id, tenantId, webhookId, threadId: threadId ?? null, requestedAt, requestedBy: actor.id };
  const replay = { ...of, ...plan, starts: asked.from, ends: asked.to ?? requestedAt.toISOString() };
  if (!(await insertReplay(database, replay))) throw tooMany();
  return shown(deps, { tenantId, webhookId, replayId: id });
}

const tooMany = () =>
  problem('conflict', `a tenant has ${MAX_REPLAYS_OF_TENANT} replays at a time; wait or cancel one`);

function readEdge(field: 'from' | 'to', text: string): ReplayEdge {
  const found = edgeOf(text, (time) => instantInputSchema.safeParse(time).data ?? null);
  if (found) return found;
  const message = 'must be a time with an offset, or a position';
  const errors = [{ pointer: `/${field}`, code: 'invalid', message }];
  throw problem('invalid_request', `/${field}: ${message}`, { errors });
}

async function shown({ database }: WebhookHttpDeps, named: Parameters<typeof findWebhookReplay>[1]) {
  const statements = await statementsOf(database);
  const row = await findWebhookReplay(statements, named);
  if (!row) throw notThere();
  return (await presentWebhookReplays(statements, [row]))[0]!;
}

const cancel = defineRoute<{ params: typeof replayParams }, WebhookHttpDeps>({
  method: 'delete',
  path: '/api/v1/webhooks/{webhookId}/replays/{replayId}',
  operationId: 'cancelWebhookReplay',
  summary: 'Cancel a replay',
  description:
    'Nothing more of it is told, a second later at most. One that is over is answered `conflict`. For administrators.',
  tags,
  auth: 'user',
  params: replayParams,
  responses: { 200: { description: 'The replay', schema: webhookReplaySchema } },
  problems: ['conflict'],
  async handler({ actor, params: { webhookId, replayId } }, deps) {
    await managedEndpoint(deps, actor, webhookId);
    const named = { tenantId: actor.tenantId, webhookId, replayId };
    if ((await shown(deps, named)).status !== 'running') throw over();
    await report(deps, actor, { webhookId, act: { type: 'cancelReplay', replayId } });
    if (!(await endReplay(deps.database, { replayId, status: 'cancelled', reason: null }))) throw over();
    return { status: 200, body: await shown(deps, named) };
  },
});

const over = () => problem('conflict', 'this replay is over');

export const webhookReplayRoutes: readonly Route<WebhookHttpDeps>[] = [begin, cancel];
