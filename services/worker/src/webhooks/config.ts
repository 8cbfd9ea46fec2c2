import { isReceiptKey } from '@threadlog/sealing';
import { list, secret } from '@threadlog/service';
import { z } from 'zod';
import { WEBHOOK_EVENTS, type WebhookEventName } from './payload';

/** Shorter keys can be guessed from signatures. */
const MIN_SECRET_LENGTH = 24;

/** Variables of the webhook that the operator configures. */
export const webhookConfig = {
  WEBHOOK_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe('Where events of all tenants are posted to, as they happen; none by default'),
  WEBHOOK_SECRET: secret()
    .pipe(z.string().min(MIN_SECRET_LENGTH))
    .optional()
    .describe(
      'What deliveries to `WEBHOOK_URL` are signed with; during a change two, comma-separated, the new one first',
    ),
  WEBHOOK_ED25519_KEY: secret()
    .refine(isReceiptKey, 'must be an Ed25519 key: PKCS #8 PEM, or its seed of 32 bytes in base64')
    .optional()
    .describe(
      'Signs all deliveries beside their secrets: an Ed25519 key, PKCS #8 PEM or its seed of 32 bytes in base64; none by default',
    ),
  WEBHOOK_EVENTS: list()
    .pipe(z.array(z.enum(WEBHOOK_EVENTS)))
    .transform((names) => new Set<WebhookEventName>(names))
    .prefault(WEBHOOK_EVENTS.join(','))
    .describe('Events that are posted to `WEBHOOK_URL`, comma-separated; all by default'),
};
