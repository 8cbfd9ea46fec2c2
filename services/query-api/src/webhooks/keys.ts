import { createPublicKey } from 'node:crypto';
import { webhookKeysSchema, type WebhookKeysResource } from '@threadlog/events';
import { ok, readRoute } from '../readRoute';
import { webhookTags as tags } from './endpoint';

/** What the worker that delivers has said it signs with. */
export const keys = readRoute({
  path: '/api/v1/webhooks/keys',
  operationId: 'listWebhookKeys',
  summary: 'Get the public key of deliveries',
  description: 'The public half of the Ed25519 key that signs deliveries to all endpoints, where there is one.',
  tags,
  responses: { 200: { description: 'The key', schema: webhookKeysSchema } },
  async handler(_request, { statements }) {
    const rows = await statements.rows<{ public_key: string }>(
      'webhook_keys',
      () => 'select public_key from threadlog.webhook_keys order by public_key',
      [],
    );
    return ok({ keys: rows.map((row) => presentKey(row.public_key)) } satisfies WebhookKeysResource);
  },
});

function presentKey(publicKey: string): WebhookKeysResource['keys'][number] {
  const x = Buffer.from(publicKey, 'base64').toString('base64url');
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
  return {
    algorithm: 'ed25519',
    publicKey: `whpk_${publicKey}`,
    pem: key.export({ format: 'pem', type: 'spki' }) as string,
  };
}
