import { createHmac, timingSafeEqual } from 'node:crypto';

const { AGENT_SERVICE_SECRET: secret = '' } = process.env;
const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;

/** Standard Webhooks: one of the signatures is that of `id.timestamp.body`, and it is not old. */
export function isSigned(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Date.now() / 1_000 - Number(seconds)) < 300)) return false;
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`);
  return signatures
    .split(' ')
    .some((one) => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected));
}
