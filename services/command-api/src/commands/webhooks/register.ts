import { webhookRegister } from '@threadlog/commands';
import { LIMITS } from '@threadlog/events';
import { happened, refuse } from '../decision';
import { writer } from '../common';
import { defineCommand } from '../define';
import { endpointKey, eventsOf, filterOf, managesWebhooks, showSecret, whyHidden } from './rules';

/**
 * Registers an endpoint. How many a tenant has is known from the read model, so those that are registered at the same
 * moment may go over the limit by as many as they are.
 */
export const registerWebhook = defineCommand(webhookRegister, {
  stream: {
    type: 'webhook',
    begins: {
      id: (_input, actor, { idempotencyKey, derivedId }) => derivedId(['webhook', actor.id, idempotencyKey]),
      isTaken: () => false,
    },
  },
  extras: ['webhooks', 'secret'],
  people: writer,
  seals: endpointKey,
  refusals: ['conflict', 'subject_erased'],
  decide(input, { endpoint }, context) {
    const { webhooks = Infinity, secret } = context.extras;
    const refusal = managesWebhooks(context);
    if (refusal) return refusal;
    if (endpoint) return refuse('conflict', 'this endpoint has been registered before');
    if (webhooks >= LIMITS.webhooksPerTenant)
      return refuse('conflict', `a tenant has ${LIMITS.webhooksPerTenant} endpoints at most`);
    const { url, payload, description } = input;
    return happened({
      type: 'CHAT_WEBHOOK_REGISTERED',
      data: {
        webhook_id: context.newId,
        ...{ url, payload, description, secret: secret! },
        // The first of its secrets goes by the endpoint's own id, as what the command made.
        secret_id: context.newId,
        events: eventsOf(input.events),
        filter: filterOf(input.filter),
      },
    });
  },
  shows: showSecret,
  hidesFrom: whyHidden,
});
