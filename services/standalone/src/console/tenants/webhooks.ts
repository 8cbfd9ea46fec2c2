import { problem, tenantIdInputSchema, type WebhookAttemptResource, type WebhookResource } from '@threadlog/events';
import { SEALED } from '@threadlog/projector';
import { findWebhookAttempt, webhookQueryRoutes } from '@threadlog/query-api';
import { defineRoute, type Route } from '@threadlog/service';
import { webhookRoutes } from '@threadlog/worker';
import { z } from 'zod';
import type { ConsoleDeps } from '../deps';
import { keepAccount } from '../reveals';
import { words } from '../words';
import { forOperators } from './forOperators';
import { eachShown, hostOf } from './shown';

/** Of the whole deployment, and no tenant's: it stays where it is. */
const queries = webhookQueryRoutes.filter(({ operationId }) => operationId !== 'listWebhookKeys');

/** Of an address its host alone: what stands behind it may be a secret. What people wrote is masked, as in the log. */
function masked(one: object): object {
  if ('url' in one) return maskedEndpoint(one as WebhookResource);
  if ('answer' in one) return maskedAttempt(one as WebhookAttemptResource);
  return one;
}

function maskedEndpoint({ url, description, ...endpoint }: WebhookResource): WebhookResource {
  return { ...endpoint, url: hostOf(url), description: description === null ? null : SEALED };
}

/** Receivers repeat what they were sent; a test event has nothing of anybody in it. */
function maskedAttempt(attempt: WebhookAttemptResource): WebhookAttemptResource {
  const isMasked = attempt.kind !== 'test' && attempt.answer !== null;
  return isMasked ? { ...attempt, answer: SEALED } : attempt;
}

const params = z.object({
  tenant: tenantIdInputSchema,
  webhookId: z.uuid(),
  attemptId: z.string().regex(/^\d{1,15}$/),
});
const body = z.object({ reason: words(500), by: words(100) });
export const attemptAnswer = z.object({ answer: z.string().nullable() });

const revealAnswer = defineRoute<{ params: typeof params; body: typeof body }, ConsoleDeps>({
  method: 'post',
  path: '/ops/tenants/{tenant}/webhooks/{webhookId}/attempts/{attemptId}/reveal',
  summary: 'Shows what an endpoint answered, by name and for a reason, both of which are kept',
  tags: ['Operations'],
  auth: 'user',
  params,
  body,
  responses: { 200: { description: 'The answer; null where it is not kept any more', schema: attemptAnswer } },
  problems: ['forbidden'],
  async handler({ params: { tenant, webhookId, attemptId }, body: said, raw: { request } }, deps) {
    if (!deps.mayReveal(request)) throw problem('forbidden', 'This token does not permit to see what people wrote.');
    const attempt = await findWebhookAttempt(await deps.reads(), tenant, { webhookId, attemptId });
    if (!attempt) throw problem('not_found', 'There is no such attempt.');
    const [partition, offset] = attempt.position?.split(':').map(Number) ?? [];
    const stream = { tenantId: tenant, type: 'webhook', id: webhookId };
    if (attempt.answer !== null)
      await keepAccount(deps, { partition: partition ?? -1, offset: offset ?? -1, stream }, said);
    return { status: 200, body: { answer: attempt.answer } };
  },
});

/** Deliveries of tenants: what an operator sees of them and does about them. Endpoints are made and changed by their tenant alone. */
export const tenantWebhookRoutes: readonly Route<ConsoleDeps>[] = [
  ...forOperators(queries, { depsOf: ({ reads }) => reads(), shown: (answer) => eachShown(answer, masked) }),
  ...forOperators(webhookRoutes, { depsOf: ({ webhooks }) => webhooks }),
  revealAnswer,
];
