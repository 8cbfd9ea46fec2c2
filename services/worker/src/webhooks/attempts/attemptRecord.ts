import type { TenantId, WebhookAttemptKind } from '@threadlog/events';

/** One attempt at telling a tenant's endpoint something, and what came of it. */
export interface AttemptRecord {
  tenantId: TenantId;
  webhookId: string;
  kind: WebhookAttemptKind;
  /** Of the event's record in the log; null for what is not there. */
  place: { partition: number; offset: number } | null;
  eventId: string;
  event: string;
  threadId: string | null;
  /** Of the message that is told of, in its thread. */
  messageIndex: number | null;
  at: Date;
  durationMs: number;
  delivered: boolean;
  status: number | null;
  /** Why it was none. */
  error: string | null;
  /** The begin of the answer, in the clear. */
  answer: string | null;
}
