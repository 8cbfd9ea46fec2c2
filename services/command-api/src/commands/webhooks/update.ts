import { webhookUpdate, type CommandInput } from '@threadlog/commands';
import type { ClearData, WebhookFilter } from '@threadlog/events';
import type { WebhookEndpointRow } from '@threadlog/read-models';
import { happened, UNCHANGED } from '../decision';
import { writer } from '../common';
import { defineCommand } from '../define';
import { endpointKey, eventsOf, filterOf, inWebhook, onEndpoint, showEndpoint, whyHidden } from './rules';

/** Changes what an endpoint is told and where, or switches it off and on. */
export const updateWebhook = defineCommand(webhookUpdate, {
  stream: inWebhook,
  people: writer,
  seals: endpointKey,
  refusals: ['subject_erased'],
  decide(input, state, context) {
    return onEndpoint(state, context, (endpoint) => {
      const changes = changesOf(input, endpoint);
      if (Object.keys(changes).length === 0) return UNCHANGED;
      return happened({ type: 'CHAT_WEBHOOK_UPDATED', data: { webhook_id: endpoint.webhook_id, ...changes } });
    });
  },
  shows: showEndpoint,
  hidesFrom: whyHidden,
});

type Changes = Omit<ClearData<'CHAT_WEBHOOK_UPDATED'>, 'webhook_id'>;

/** Sealed text cannot be compared: naming it is a change. */
function changesOf(input: CommandInput<'webhook.update'>, endpoint: WebhookEndpointRow): Changes {
  const { url, description, payload, enabled } = input;
  const events = input.events && eventsOf(input.events);
  const filter = input.filter && filterOf(input.filter);
  const changes: Changes = { url, description };
  if (events && !areSame(events, endpoint.events)) changes.events = events;
  if (filter && !isSameFilter(filter, endpoint.filter)) changes.filter = filter;
  if (payload !== endpoint.payload) changes.payload = payload;
  if (enabled !== endpoint.enabled) changes.enabled = enabled;
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function isSameFilter(one: WebhookFilter, other: WebhookFilter): boolean {
  return one.learner_id === other.learner_id && areSame(one.thread_types ?? [], other.thread_types ?? []);
}

/** Names in whatever order; each is there once. No names mean all. */
function areSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}
