import { randomUUID } from 'node:crypto';
import { WEBHOOK_TEST_EVENT, type TenantId } from '@threadlog/events';
import type { WebhookEvent } from './payload';

/** What is sent to try an endpoint out: of no thread, and nobody's text. */
export function pingEvent(tenantId: TenantId, webhookId: string, now: Date): WebhookEvent {
  const timestamp = now.toISOString();
  return { id: randomUUID(), name: WEBHOOK_TEST_EVENT, timestamp, tenantId, seq: null, data: { webhookId } };
}
