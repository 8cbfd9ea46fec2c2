import { DELIVERY_PATIENCE, type Failure, type OutboundClient, type WholeAnswer } from '@threadlog/outbound';
import type { WebhookEvent } from './payload';
import { retryAfterMs } from './schedule';
import { signedBody } from './sign';

/** Who is told. */
export interface Endpoint {
  /** Stands in rows and figures; never changes for one receiver. */
  id: string;
  url: string;
  /** Newest first; all of them sign. */
  secrets: readonly string[];
  /** The operator's own address. */
  trusted: boolean;
}

/** What became of one attempt. */
export type Outcome =
  | { kind: 'delivered' }
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
  endpoint: Endpoint,
  event: WebhookEvent,
  signal: AbortSignal,
): Promise<Outcome> {
  const { body, headers } = signedBody(event, endpoint.secrets, now());
  const { url, trusted } = endpoint;
  const sent = { 'user-agent': 'threadlog-webhooks', ...headers };
  const answer = await client.send({ url, method: 'POST', headers: sent, body, trusted, signal }, DELIVERY_PATIENCE);
  return outcomeOf(answer, now().getTime());
}

/** Any 2xx is a delivery; redirects are not followed, so they are failures. */
function outcomeOf(answer: WholeAnswer | Failure, now: number): Outcome {
  if (answer.kind === 'failed') return { kind: 'failed', status: null, reason: answer.reason, retryAfterMs: null };
  const { status, headers } = answer;
  if (headers[CONTROL_HEADER]?.trim() === 'abort-message') return { kind: 'refused', status, reason: 'abort_message' };
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  return { kind: 'failed', status, reason: 'status', retryAfterMs: retryAfterMs(headers['retry-after'], now) };
}
