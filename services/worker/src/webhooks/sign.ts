import { createHmac } from 'node:crypto';
import type { WebhookEvent } from './payload';

/** What is posted: the same bytes in every attempt. */
export interface SignedBody {
  body: string;
  /** Of the body and of this attempt. */
  headers: Record<string, string>;
}

const PREFIX = 'whsec_';

/**
 * The body of an event with `secrets`, newest first. Its own `signature` is over `{event, timestamp, data}`, the header
 * `x-webhook-signature` over the whole body; both with the newest secret as it is written. Beside them the headers of
 * Standard Webhooks, which sign the attempt's time too, once for each secret: of `whsec_…` the base64 behind it, of other
 * secrets their text.
 */
export function signedBody(event: WebhookEvent, secrets: readonly string[], attemptedAt: Date): SignedBody {
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
      'webhook-signature': secrets.map((secret) => standard(secret, `${id}.${seconds}.${body}`)).join(' '),
    },
  };
}

function hex(secret: string, text: string): string {
  return `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
}

/** One signature of Standard Webhooks, over `id.timestamp.body`. */
export function standard(secret: string, text: string): string {
  const key = secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : secret;
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}
