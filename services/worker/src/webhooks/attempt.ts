import type { KeyObject } from 'node:crypto';
import type { WebhookAttemptKind } from '@threadlog/events';
import { DELIVERY_PATIENCE, type Failure, type OutboundClient, type WholeAnswer } from '@threadlog/outbound';
import { answerText } from './attempts/answers';
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

/** An attempt that is over. */
export interface Attempted {
  outcome: Outcome;
  /** The begin of the answer; null where there was none. */
  answer: string | null;
  durationMs: number;
}

export interface AttemptDeps {
  client: Pick<OutboundClient, 'send'>;
  ed25519?: KeyObject | undefined;
  now(): Date;
}

export interface AttemptOptions {
  signal: AbortSignal;
  /** Of what happens now, where nothing is said. Replays are marked as such. */
  kind?: WebhookAttemptKind;
}

const REPLAY_HEADER = 'webhook-replay';
/** Receivers say with it what they want beyond a status. */
const CONTROL_HEADER = 'webhook-delivery';

/** Tells one endpoint of one event, once. Never rejects: an attempt that the signal ends has failed. */
export async function attemptDelivery(
  { client, now, ed25519 }: AttemptDeps,
  endpoint: WebhookEndpoint,
  event: WebhookEvent,
  { signal, kind = 'live' }: AttemptOptions,
): Promise<Attempted> {
  const attemptedAt = now();
  const { key, url, tenantId, payload } = endpoint;
  const told = payload === 'thin' ? thin(event) : event;
  const { body, headers } = signedBody(told, { secrets: secretsAt(endpoint, attemptedAt), ed25519 }, attemptedAt);
  const sent = {
    'user-agent': 'threadlog-webhooks',
    ...headers,
    ...(kind === 'replay' && { [REPLAY_HEADER]: 'true' }),
  };
  // Connections of their own: what happens now does not wait for what happened once.
  const pool = kind === 'live' ? key : `${key} ${kind}`;
  const request = { url, method: 'POST' as const, headers: sent, body, trusted: tenantId === null, pool, signal };
  const startedAt = performance.now();
  const answer = await client.send(request, DELIVERY_PATIENCE);
  const durationMs = performance.now() - startedAt;
  const outcome = outcomeOf(answer, now().getTime());
  const text = answer.kind === 'answered' ? answerText(answer.body) : null;
  // What the operator configured only the operator switches off.
  if (outcome.kind === 'ended' && tenantId === null)
    return { outcome: { ...outcome, kind: 'failed', retryAfterMs: null }, answer: text, durationMs };
  return { outcome, answer: text, durationMs };
}

/** An outcome without what only the schedule asks for: as it is listed. */
export function resultOf(outcome: Outcome): { delivered: boolean; status: number | null; error: string | null } {
  const { kind, status } = outcome;
  return { delivered: kind === 'delivered', status, error: kind === 'delivered' ? null : outcome.reason };
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
