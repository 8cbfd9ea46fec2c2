import type { WebhookAttemptKind } from '@threadlog/events';
import { resultOf, type Attempted } from '../attempt';
import type { Due } from '../due';
import type { WebhookEndpoint } from '../endpoints/endpoint';
import type { WebhookEvent } from '../payload';
import type { AttemptRecord } from './attemptRecord';

interface Made {
  event: WebhookEvent;
  /** Where it stands in the log; nothing where it does not. */
  due?: Due | undefined;
  kind: WebhookAttemptKind;
  at: Date;
  attempted: Attempted;
}

/** What is listed of an attempt; null for the operator's endpoint, of which nothing is. */
export function recordOf(endpoint: WebhookEndpoint, { event, due, kind, at, attempted }: Made): AttemptRecord | null {
  const { tenantId, id: webhookId } = endpoint;
  if (tenantId === null) return null;
  const { threadId } = event.data;
  return {
    ...{ tenantId, webhookId, kind, at, eventId: event.id, event: event.name },
    place: due ? { partition: due.partition, offset: due.offset } : null,
    threadId: typeof threadId === 'string' ? threadId : null,
    messageIndex: due?.messageIndex ?? null,
    ...resultOf(attempted.outcome),
    ...{ durationMs: attempted.durationMs, answer: attempted.answer },
  };
}
