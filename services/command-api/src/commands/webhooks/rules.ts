import { mayManageWebhooks, type Actor } from '@threadlog/auth';
import type { CommandInput } from '@threadlog/commands';
import { ALL_WEBHOOK_EVENTS, type ClearData, type Problem } from '@threadlog/events';
import type { WebhookEndpointRow } from '@threadlog/read-models';
import type { SealScope } from '@threadlog/sealing';
import { isRefusal, type Decision, type DecisionContext, type Refusal, type Seen } from '../decision';
import type { SealInput, Shown, ShownInput, StreamRule } from '../define';
import { forbidden, notFound } from '../policies';

export const inWebhook: StreamRule<'webhook', { webhookId: string }> = {
  type: 'webhook',
  id: ({ webhookId }) => webhookId,
};

const FORBIDDEN = forbidden('webhook.manage');

export function managesWebhooks({ actor }: Pick<DecisionContext, 'actor'>): Refusal | undefined {
  return mayManageWebhooks(actor) ? undefined : FORBIDDEN;
}

/** A first answer may show a secret: not to whoever has lost the right since. */
export function whyHidden(actor: Actor): Problem | null {
  return managesWebhooks({ actor })?.problem ?? null;
}

/** Decides about an endpoint that is there, for who may: for everybody else none is. */
export function onEndpoint(
  state: Seen<'webhook'>,
  context: DecisionContext,
  decide: (endpoint: WebhookEndpointRow) => Decision,
): Decision {
  const found = mayManageWebhooks(context.actor) ? liveEndpoint(state) : notFound();
  return isRefusal(found) ? found : decide(found);
}

export function liveEndpoint({ endpoint }: Seen<'webhook'>): WebhookEndpointRow | Refusal {
  return endpoint && endpoint.deleted_at === null ? endpoint : notFound();
}

/**
 * An endpoint has a key of its own, so nobody's erasure silences it but the tenant's. Keys are named by threads, people
 * and the tenant; its id is no thread's.
 */
export function endpointKey(_input: unknown, { actor, threadId: webhookId }: SealInput<'webhook'>): SealScope {
  return { tenantId: actor.tenantId, authorId: null, threadId: webhookId, month: null, learnerId: null };
}

export function showEndpoint(_input: unknown, { state }: ShownInput<'webhook'>): Shown {
  return { kind: 'webhook', row: state.endpoint!, secretId: null };
}

/** With the secret that the command made; a receipt names it. */
export function showSecret(_input: unknown, { state, resourceId }: ShownInput<'webhook'>): Shown {
  return { kind: 'webhook', row: state.endpoint!, secretId: resourceId };
}

type Settings = CommandInput<'webhook.register'>;
type Registered = ClearData<'CHAT_WEBHOOK_REGISTERED'>;

/** `*` says all that other names could; a name counts once. */
export function eventsOf(names: Settings['events']): Registered['events'] {
  return names.includes(ALL_WEBHOOK_EVENTS) ? [ALL_WEBHOOK_EVENTS] : [...new Set(names)];
}

export function filterOf({ learnerId, threadTypes }: Settings['filter']): Registered['filter'] {
  return { learner_id: learnerId ?? null, thread_types: threadTypes ? [...new Set(threadTypes)] : null };
}
