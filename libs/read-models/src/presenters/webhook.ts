import type { Sealed, WebhookResource } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';
import type { SealedText, WebhookEndpointRow } from '../projections';
import { openSecret, openSecrets, presentSecrets, type OpenSecret } from './secrets';
import { openColumn } from './view';

/** What is sealed of an endpoint, in the clear. */
export interface OpenWebhook {
  url: string;
  description: string | null;
  /** The newest first, those whose time is over included. */
  secrets: OpenSecret[];
}

type Fields = Pick<WebhookEndpointRow, 'tenant_id' | 'webhook_id'>;
type ClearOpener = Pick<Opener, 'open'>;

/** What `opener.prepare` must have seen before an endpoint is opened. */
export function webhookBlobsOf({ url, description, secrets }: WebhookEndpointRow): Sealed[] {
  return [url, description, ...secrets.map(({ sealed }) => sealed)].flatMap((sealed) => (sealed ? [{ sealed }] : []));
}

/** An endpoint in the clear; null where it is deleted or its tenant's keys are gone, so that nothing can be sent. */
export function openWebhook(opener: ClearOpener, row: WebhookEndpointRow): OpenWebhook | null {
  const url = textOf(opener, row, 'url', row.url);
  const secrets = openSecrets(row.secrets, (sealed) => textOf(opener, row, 'secret', sealed));
  if (url === null || secrets === null) return null;
  const description = textOf(opener, row, 'description', row.description);
  return { url, description, secrets };
}

/** One of an endpoint's secrets in the clear; null where it is not there any more. */
export function openWebhookSecret(opener: ClearOpener, row: WebhookEndpointRow, secretId: string): string | null {
  return openSecret(row.secrets, secretId, (sealed) => textOf(opener, row, 'secret', sealed));
}

/** An endpoint as every surface shows it: of its secrets the ids alone. */
export function presentWebhook(row: WebhookEndpointRow, opener: ClearOpener): WebhookResource {
  const { learner_id: learnerId, thread_types: threadTypes } = row.filter;
  return {
    id: row.webhook_id,
    url: textOf(opener, row, 'url', row.url),
    events: row.events,
    filter: { learnerId, threadTypes },
    payload: row.payload,
    description: textOf(opener, row, 'description', row.description),
    enabled: row.enabled,
    disabledReason: row.disabled_reason,
    secrets: presentSecrets(row.secrets),
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

function textOf(
  opener: ClearOpener,
  { tenant_id: tenantId, webhook_id: streamId }: Fields,
  field: 'url' | 'description' | 'secret',
  text: SealedText,
): string | null {
  const value = openColumn(opener, text, { tenantId, streamType: 'webhook', streamId, field });
  return (value as string | null | undefined) ?? null;
}
