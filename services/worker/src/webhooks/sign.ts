import { createHmac, sign, type KeyObject } from 'node:crypto';
import type { WebhookEvent } from './payload';

/** What is posted: the same bytes in every attempt. */
export interface SignedBody {
  body: string;
  /** Of the body and of this attempt. */
  headers: Record<string, string>;
}

/** What deliveries are signed with. */
export interface SigningKeys {
  /** Newest first. */
  secrets: readonly string[];
  /** The operator's, which signs for all endpoints. */
  ed25519?: KeyObject | undefined;
}

const PREFIX = 'whsec_';

/**
 * The body of an event with `secrets`, newest first. Its own `signature` is over `{event, timestamp, data}`, the header
 * `x-webhook-signature` over the whole body; both with the newest secret as it is written. Beside them the headers of
 * Standard Webhooks, which sign the attempt's time too, once for each secret: of `whsec_…` the base64 behind it, of other
 * secrets their text; and once with the Ed25519 key, where there is one.
 */
export function signedBody(event: WebhookEvent, { secrets, ed25519 }: SigningKeys, attemptedAt: Date): SignedBody {
  const { id, name, timestamp, tenantId, seq, data } = event;
  const [newest = ''] = secrets;
  const signature = hex(newest, JSON.stringify({ event: name, timestamp, data }));
  const body = JSON.stringify({
    event: name,
    timestamp,
    signature,
    data,
    type: name,
    tenantId,
    ...(seq !== null && { seq }),
  });
  const seconds = String(Math.floor(attemptedAt.getTime() / 1_000));
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-webhook-signature': hex(newest, body),
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': standardSignatures({ secrets, ed25519 }, `${id}.${seconds}.${body}`),
    },
  };
}

function hex(secret: string, text: string): string {
  return `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
}

function standardSignatures({ secrets, ed25519 }: SigningKeys, text: string): string {
  const symmetric = secrets.map((secret) => standard(secret, text));
  return [...symmetric, ...(ed25519 ? [`v1a,${sign(null, Buffer.from(text), ed25519).toString('base64')}`] : [])].join(
    ' ',
  );
}

/** One signature of Standard Webhooks, over `id.timestamp.body`. */
export function standard(secret: string, text: string): string {
  const key = secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : secret;
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}
