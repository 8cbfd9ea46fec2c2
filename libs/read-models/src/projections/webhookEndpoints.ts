import type { ChatEvent, EventOf, TenantId, WebhookFilter, WebhookPayload } from '@threadlog/events';
import { bigint, boolean, integer, json, nullable, text, texts } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { sealedText, UNTOUCHED, type EventPlace, type Projection } from './projection';
import { firstSecret, nextSecrets, type SealedSecret } from './secrets';

/** Receivers of tenants' own that events are posted to. URL, description and secrets are sealed. */
export const webhookEndpointsTable = defineTable({
  name: 'webhook_endpoints',
  columns: {
    tenant_id: text<TenantId>(),
    webhook_id: text(),
    url: nullable(text()),
    events: texts(),
    filter: json<WebhookFilter>(),
    payload: text<WebhookPayload>(),
    description: nullable(text()),
    enabled: boolean(),
    /** Why it was switched off by itself; null where somebody did it. */
    disabled_reason: nullable(text()),
    /** The newest first. */
    secrets: json<SealedSecret[]>(),
    /** Where its registration stands in the log: what comes behind it is told. Null to who decides about it. */
    registered_partition: nullable(integer()),
    registered_offset: nullable(bigint()),
    /** When it was registered, or switched on last. */
    enabled_at: text(),
    created_at: text(),
    created_by: text(),
    updated_at: text(),
    updated_by: text(),
    deleted_at: nullable(text()),
    version: integer(),
  },
  key: ['tenant_id', 'webhook_id'],
  guard: 'version',
  indexes: {
    webhook_endpoints_live: { on: 'tenant_id, webhook_id', where: 'deleted_at is null' },
    webhook_endpoints_by_time: { on: 'tenant_id, created_at desc, webhook_id desc', where: 'deleted_at is null' },
  },
});

export type WebhookEndpointRow = RowOf<typeof webhookEndpointsTable>;

export const webhookEndpoints: Projection<WebhookEndpointRow> = {
  table: webhookEndpointsTable,
  remembered: false,
  touches: (event) =>
    event.stream_type === 'webhook'
      ? [
          {
            key: { tenant_id: event.tenant_id, webhook_id: event.stream_id },
            name: `${event.tenant_id}/${event.stream_id}`,
            fresh: event.stream_version === 1,
          },
        ]
      : UNTOUCHED,
  fold: (row, event, { place }) => foldWebhookEndpoint(row, event, place),
};

/** An endpoint after an event of its stream; the one fold of it. A second delivery changes nothing. */
export function foldWebhookEndpoint(
  row: WebhookEndpointRow | null,
  event: ChatEvent,
  place: EventPlace | null,
): WebhookEndpointRow | null {
  if (event.stream_type !== 'webhook' || (row && event.stream_version <= row.version)) return row;
  if (event.event_type === 'CHAT_WEBHOOK_REGISTERED') return registered(event, place);
  const changes = row && CHANGES[event.event_type]?.(row, event as never);
  if (!changes) return row;
  const { timestamp: updated_at, actor, stream_version: version } = event;
  return { ...row, ...changes, updated_at, updated_by: actor.id, version };
}

function registered(event: EventOf<'CHAT_WEBHOOK_REGISTERED'>, place: EventPlace | null): WebhookEndpointRow {
  const { data, timestamp, actor } = event;
  const { events, filter, payload } = data;
  return {
    tenant_id: event.tenant_id,
    webhook_id: data.webhook_id,
    ...{ url: sealedText(data.url), description: sealedText(data.description), events, filter, payload },
    ...{ enabled: true, disabled_reason: null },
    secrets: firstSecret(data),
    registered_partition: place?.partition ?? null,
    registered_offset: place?.offset ?? null,
    ...{ enabled_at: timestamp, created_at: timestamp, updated_at: timestamp, deleted_at: null },
    ...{ created_by: actor.id, updated_by: actor.id },
    version: event.stream_version,
  };
}

type Change<T extends ChatEvent['event_type']> = (
  row: WebhookEndpointRow,
  event: EventOf<T>,
) => Partial<WebhookEndpointRow>;

const CHANGES: { [T in ChatEvent['event_type']]?: Change<T> } = {
  CHAT_WEBHOOK_UPDATED(row, { data: { webhook_id: _id, url, description, enabled, ...choice }, timestamp }) {
    return {
      ...choice,
      ...(url && { url: url.sealed }),
      ...(description !== undefined && { description: sealedText(description) }),
      ...(enabled !== undefined && { enabled, disabled_reason: null }),
      ...(enabled && !row.enabled && { enabled_at: timestamp }),
    };
  },
  CHAT_WEBHOOK_SECRET_ROTATED: ({ secrets }, { data, timestamp }) => ({
    secrets: nextSecrets(secrets, data, timestamp),
  }),
  CHAT_WEBHOOK_DISABLED: (_row, { data }) => ({ enabled: false, disabled_reason: data.reason }),
  CHAT_WEBHOOK_DELETED: (_row, { timestamp }) => ({
    ...{ deleted_at: timestamp, enabled: false, disabled_reason: null },
    ...{ url: null, description: null, secrets: [], events: [], filter: { learner_id: null, thread_types: null } },
  }),
};
