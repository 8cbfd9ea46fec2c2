import { notThere, problem, webhookRetriedSchema, webhookTestSchema } from '@threadlog/events';
import { defineRoute, type Route } from '@threadlog/service';
import { z } from 'zod';
import { attemptDelivery, resultOf } from '../webhooks/attempt';
import { sealAnswers } from '../webhooks/attempts/answers';
import { recordOf } from '../webhooks/attempts/record';
import { insertAttempts } from '../webhooks/attempts/store';
import type { WebhookEndpoint } from '../webhooks/endpoints/endpoint';
import { pingEvent } from '../webhooks/ping';
import { isDead, reviveDead } from '../webhooks/store/revived';
import { managedEndpoint, report, requireOn, type WebhookHttpDeps } from './webhookDeps';
import { webhookReplayRoutes } from './webhookReplays';

const tags = ['Webhooks'];
const params = z.object({ webhookId: z.uuid() });
const letterParams = params.extend({ n: z.string().regex(/^\d{1,18}$/) });

const test = defineRoute<{ params: typeof params }, WebhookHttpDeps>({
  method: 'post',
  path: '/api/v1/webhooks/{webhookId}/test',
  operationId: 'testWebhook',
  summary: 'Try an endpoint out',
  description:
    'Sends `test.ping`, signed like everything else, once, and answers with what came back; whatever the answer asks for, the ' +
    'endpoint stays as it is. Works for an endpoint that is switched off, too. For administrators.',
  tags,
  auth: 'user',
  params,
  responses: { 200: { description: 'What came of it', schema: webhookTestSchema } },
  problems: ['overloaded'],
  async handler({ actor, params: { webhookId }, raw }, deps) {
    const endpoint = await managedEndpoint(deps, actor, webhookId);
    const giveBack = deps.tests.take(actor.tenantId);
    if (!giveBack) throw problem('overloaded', 'too many endpoints are being tried out', { retryAfter: 5 });
    const leaving = new AbortController();
    raw.response.once('close', () => leaving.abort());
    try {
      return { status: 200, body: await ping(deps, endpoint, leaving.signal) };
    } finally {
      giveBack();
    }
  },
});

async function ping(deps: WebhookHttpDeps, endpoint: WebhookEndpoint, signal: AbortSignal) {
  const at = deps.now();
  const event = pingEvent(endpoint.tenantId!, endpoint.id, at);
  const attempted = await attemptDelivery(deps, endpoint, event, { signal, kind: 'test' });
  const record = recordOf(endpoint, { event, kind: 'test', at, attempted })!;
  await insertAttempts(deps.database, await sealAnswers(deps.sealing, [record])).catch((err: unknown) =>
    deps.logger.warn({ err }, 'the test of a webhook cannot be noted'),
  );
  const durationMs = Math.round(attempted.durationMs);
  return { eventId: event.id, ...resultOf(attempted.outcome), durationMs, answer: attempted.answer };
}

const retry = defineRoute<{ params: typeof letterParams }, WebhookHttpDeps>({
  method: 'post',
  path: '/api/v1/webhooks/{webhookId}/dead-letters/{n}/retry',
  operationId: 'retryWebhookDeadLetter',
  summary: 'Let a delivery be tried again that was given up',
  description:
    'It waits like any other that was not taken, before what waits of its thread already, and has three days again. For administrators.',
  tags,
  auth: 'user',
  params: letterParams,
  responses: { 202: { description: 'It waits', schema: webhookRetriedSchema } },
  problems: ['conflict'],
  async handler({ actor, params: { webhookId, n } }, deps) {
    const endpoint = await managedEndpoint(deps, actor, webhookId);
    if (!(await isDead(deps.database, endpoint.key, n))) throw notThere();
    return revive(deps, endpoint, { actor, deadLetter: n });
  },
});

const retryAll = defineRoute<{ params: typeof params }, WebhookHttpDeps>({
  method: 'post',
  path: '/api/v1/webhooks/{webhookId}/dead-letters/retry-all',
  operationId: 'retryWebhookDeadLetters',
  summary: 'Let all deliveries be tried again that were given up',
  description: 'As if each was retried by itself; the 10,000 oldest at a time. For administrators.',
  tags,
  auth: 'user',
  params,
  responses: { 202: { description: 'They wait', schema: webhookRetriedSchema } },
  problems: ['conflict'],
  async handler({ actor, params: { webhookId } }, deps) {
    return revive(deps, await managedEndpoint(deps, actor, webhookId), { actor, deadLetter: null });
  },
});

type Managed = Awaited<ReturnType<typeof managedEndpoint>>;

async function revive(
  deps: WebhookHttpDeps,
  endpoint: Managed,
  { actor, deadLetter }: { actor: Parameters<typeof report>[1]; deadLetter: string | null },
) {
  requireOn(endpoint);
  await report(deps, actor, { webhookId: endpoint.id, act: { type: 'retry', deadLetter } });
  return { status: 202, body: { retried: await reviveDead(deps.database, endpoint.key, deadLetter) } };
}

/** What administrators ask of the worker that delivers. */
export const webhookRoutes: readonly Route<WebhookHttpDeps>[] = [test, retryAll, retry, ...webhookReplayRoutes];
