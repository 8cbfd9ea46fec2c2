import type { KeyObject } from 'node:crypto';
import { DELIVERY_PATIENCE, type Failure, type OutboundClient, type WholeAnswer } from '@threadlog/outbound';
import { secretsAt, type WebhookEndpoint } from './endpoints/endpoint';
import { thin, type WebhookEvent } from './payload';
import { retryAfterMs } from './schedule';
import { signedBody } from './sign';

/** What became of one attempt. */
export type Outcome =
  | { kind: 'delivered'; status: number }
  /** To be tried again; `retryAfterMs` where the receiver asked for it. */
  | { kind: 'failed'; status: number | null; reason: string; retryAfterMs: number | null }
  /** The receiver wants this one no more. */
  | { kind: 'refused'; status: number; reason: 'abort_message' }
  /** It wants none any more: it is not there, or asks for that. */
  | { kind: 'ended'; status: number; reason: 'gone' | 'asked' };

export interface AttemptDeps {
  client: Pick<OutboundClient, 'send'>;
  ed25519?: KeyObject | undefined;
  now(): Date;
}

/** Receivers say with it what they want beyond a status. */
const CONTROL_HEADER = 'webhook-delivery';

/** Tells one endpoint of one event, once. Never rejects: an attempt that the signal ends has failed. */
export async function attemptDelivery(
  { client, now, ed25519 }: AttemptDeps,
  endpoint: WebhookEndpoint,
  event: WebhookEvent,
  signal: AbortSignal,
): Promise<Outcome> {
  const attemptedAt = now();
  const { key: pool, url, tenantId, payload } = endpoint;
  const told = payload === 'thin' ? thin(event) : event;
  const { body, headers } = signedBody(told, { secrets: secretsAt(endpoint, attemptedAt), ed25519 }, attemptedAt);
  const sent = { 'user-agent': 'threadlog-webhooks', ...headers };
  const request = { url, method: 'POST' as const, headers: sent, body, trusted: tenantId === null, pool, signal };
  const answer = await client.send(request, DELIVERY_PATIENCE);
  const outcome = outcomeOf(answer, now().getTime());
  // What the operator configured only the operator switches off.
  if (outcome.kind === 'ended' && tenantId === null) return { ...outcome, kind: 'failed', retryAfterMs: null };
  return outcome;
}

/** Any 2xx is a delivery; redirects are not followed, so they are failures. */
function outcomeOf(answer: WholeAnswer | Failure, now: number): Outcome {
  if (answer.kind === 'failed') return { kind: 'failed', status: null, reason: answer.reason, retryAfterMs: null };
  const { status, headers } = answer;
  const control = headers[CONTROL_HEADER]?.trim();
  if (control === 'abort-message') return { kind: 'refused', status, reason: 'abort_message' };
  if (control === 'disable') return { kind: 'ended', status, reason: 'asked' };
  if (status === 410) return { kind: 'ended', status, reason: 'gone' };
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  return { kind: 'failed', status, reason: 'status', retryAfterMs: retryAfterMs(headers['retry-after'], now) };
}
