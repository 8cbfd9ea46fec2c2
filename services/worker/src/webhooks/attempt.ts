import { DELIVERY_PATIENCE, type Failure, type OutboundClient, type WholeAnswer } from '@threadlog/outbound';
import { secretsAt, type WebhookEndpoint } from './endpoints/endpoint';
import type { WebhookEvent } from './payload';
import { retryAfterMs } from './schedule';
import { signedBody } from './sign';

/** What became of one attempt. */
export type Outcome =
  | { kind: 'delivered'; status: number }
  /** To be tried again; `retryAfterMs` where the receiver asked for it. */
  | { kind: 'failed'; status: number | null; reason: string; retryAfterMs: number | null }
  /** The receiver wants this one no more. */
  | { kind: 'refused'; status: number; reason: 'abort_message' };

export interface AttemptDeps {
  client: Pick<OutboundClient, 'send'>;
  now(): Date;
}

/** Receivers say with it what they want beyond a status. */
const CONTROL_HEADER = 'webhook-delivery';

/** Tells one endpoint of one event, once. Never rejects: an attempt that the signal ends has failed. */
export async function attemptDelivery(
  { client, now }: AttemptDeps,
  endpoint: WebhookEndpoint,
  event: WebhookEvent,
  signal: AbortSignal,
): Promise<Outcome> {
  const attemptedAt = now();
  const { body, headers } = signedBody(event, secretsAt(endpoint, attemptedAt), attemptedAt);
  const { key: pool, url, tenantId } = endpoint;
  const sent = { 'user-agent': 'threadlog-webhooks', ...headers };
  const request = { url, method: 'POST' as const, headers: sent, body, trusted: tenantId === null, pool, signal };
  const answer = await client.send(request, DELIVERY_PATIENCE);
  return outcomeOf(answer, now().getTime());
}

/** Any 2xx is a delivery; redirects are not followed, so they are failures. */
function outcomeOf(answer: WholeAnswer | Failure, now: number): Outcome {
  if (answer.kind === 'failed') return { kind: 'failed', status: null, reason: answer.reason, retryAfterMs: null };
  const { status, headers } = answer;
  if (headers[CONTROL_HEADER]?.trim() === 'abort-message') return { kind: 'refused', status, reason: 'abort_message' };
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  return { kind: 'failed', status, reason: 'status', retryAfterMs: retryAfterMs(headers['retry-after'], now) };
}
