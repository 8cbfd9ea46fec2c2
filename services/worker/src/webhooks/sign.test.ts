import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { tenantId } from '@threadlog/events';
import { ed25519KeyOf } from '@threadlog/sealing';
import { Webhook } from 'standardwebhooks';
import type { WebhookEvent } from './payload';
import { signedBody } from './sign';

const EVENT: WebhookEvent = {
  id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10',
  name: 'message.created',
  timestamp: '2026-01-15T10:30:00.000Z',
  tenantId: tenantId('acme'),
  seq: 7,
  data: { messageId: 'm1', content: 'Grüße \u2028 "quoted" 👋🏽', amount: 1e21 },
};
interface Vector {
  what: string;
  secrets: string[];
  /** Of the Ed25519 key that signs too, in base64. */
  ed25519Seed?: string;
  attemptedAt: string;
  event: WebhookEvent;
  body: string;
  headers: Record<string, string>;
}
const VECTORS = resolve(__dirname, '../../../../schemas/webhooks/vectors.json');
const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as Vector[];

const PLAIN = 'a-shared-secret-of-the-operator';
const STANDARD = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const now = () => new Date();

/** As a receiver does it that has parsed the body already. */
function verifiedAsParsed(body: string, signature: string, secret: string): boolean {
  const expected = `sha256=${createHmac('sha256', secret)
    .update(JSON.stringify(JSON.parse(body)))
    .digest('hex')}`;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

test('a receiver that signs the parsed body again gets the same signature', () => {
  const { body, headers } = signedBody(EVENT, { secrets: [PLAIN] }, now());
  expect(verifiedAsParsed(body, headers['x-webhook-signature']!, PLAIN)).toBe(true);
});

test('the signature in the body is over event, time and data', () => {
  const { event, timestamp, signature, data } = JSON.parse(
    signedBody(EVENT, { secrets: [PLAIN] }, now()).body,
  ) as Record<string, unknown>;
  const expected = createHmac('sha256', PLAIN).update(JSON.stringify({ event, timestamp, data })).digest('hex');
  expect(signature).toBe(`sha256=${expected}`);
});

test('the library of Standard Webhooks verifies it, by the secret as both kinds are written', () => {
  const standard = signedBody(EVENT, { secrets: [STANDARD] }, now());
  expect(new Webhook(STANDARD).verify(standard.body, standard.headers)).toMatchObject({
    type: 'message.created',
    seq: 7,
  });
  const plain = signedBody(EVENT, { secrets: [PLAIN] }, now());
  expect(new Webhook(PLAIN, { format: 'raw' }).verify(plain.body, plain.headers)).toMatchObject({ tenantId: 'acme' });
});

test('during a change of secrets receivers with either of them verify it', () => {
  const next = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const { body, headers } = signedBody(EVENT, { secrets: [next, STANDARD] }, now());
  for (const secret of [next, STANDARD]) expect(new Webhook(secret).verify(body, headers)).toBeDefined();
  const third = new Webhook(`whsec_${Buffer.alloc(32, 1).toString('base64')}`);
  expect(() => third.verify(body, headers)).toThrow();
});

test('the public half of an Ed25519 key verifies it, and libraries that know only secrets pass that over', () => {
  const ed25519 = ed25519KeyOf(Buffer.alloc(32, 3).toString('base64'));
  const { body, headers } = signedBody(EVENT, { secrets: [STANDARD], ed25519 }, now());
  expect(new Webhook(STANDARD).verify(body, headers)).toBeDefined();
  const [, asymmetric] = headers['webhook-signature']!.split(' ');
  const [version, signature] = asymmetric!.split(',');
  const signed = Buffer.from(`${EVENT.id}.${headers['webhook-timestamp']}.${body}`);
  const isGenuine = (text: Buffer) => verify(null, text, createPublicKey(ed25519), Buffer.from(signature!, 'base64'));
  expect([version, isGenuine(signed), isGenuine(Buffer.from(`${signed}.`))]).toEqual(['v1a', true, false]);
});

test('each attempt has the same body and id, and a time and signature of its own', () => {
  const [first, eighth] = [new Date('2026-01-15T10:30:00Z'), now()].map((at) =>
    signedBody(EVENT, { secrets: [STANDARD] }, at),
  );
  expect(eighth!.body).toBe(first!.body);
  expect(eighth!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  expect(eighth!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']);
  // Receivers allow for five minutes.
  expect(new Webhook(STANDARD).verify(eighth!.body, eighth!.headers)).toBeDefined();
  expect(() => new Webhook(STANDARD).verify(first!.body, first!.headers)).toThrow();
});

test.each(vectors)('the published vector: $what', ({ secrets, ed25519Seed, attemptedAt, event, body, headers }) => {
  const given = { ...event, tenantId: tenantId(event.tenantId) } as WebhookEvent;
  const key = ed25519Seed === undefined ? undefined : ed25519KeyOf(ed25519Seed);
  expect(signedBody(given, { secrets, ed25519: key }, new Date(attemptedAt))).toEqual({ body, headers });
});
