import { z } from 'zod';
import { KEY_KINDS } from '../keys/keyStore';

const time = z.iso.datetime({ offset: true });

/** One key that was destroyed, as `KeyEvidence` tells it. */
const receiptKeySchema = z.looseObject({
  keyId: z.uuid(),
  kind: z.enum(KEY_KINDS),
  state: z.enum(['open', 'closed', 'destroyed']),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  destroyedAt: time.nullable(),
  masterVersion: z.string().nullable(),
});

/** One store that was looked through afterwards. */
const receiptStoreSchema = z.looseObject({
  /** `postgres`, `mongodb`, `exports` … */
  store: z.string().min(1),
  /** What was looked at in it. */
  what: z.string().min(1),
  checked: z.int().min(0),
  /** What was still there; an erasure is complete only when it is 0. */
  remaining: z.int().min(0),
});

/**
 * What an erasure did, for the person erased and for whoever has to answer for it. It names keys and counts, never
 * text. Later versions add fields; a reader passes over what it does not know, and the signature covers it all the same.
 */
export const receiptBodySchema = z.looseObject({
  version: z.literal(1),
  requestId: z.string().min(1),
  tenant: z.string().min(1),
  subject: z.looseObject({ kind: z.string().min(1), id: z.string().min(1) }),
  requestedAt: time,
  startedAt: time,
  erasedAt: time,
  completedAt: time,
  keys: z.array(receiptKeySchema),
  stores: z.array(receiptStoreSchema),
  /** Backups may hold wrapped keys until these versions of the master key are destroyed; null: not known when. */
  finalAfter: z.array(z.looseObject({ masterVersion: z.string(), dueAt: time.nullable() })),
  /** Codes of what the reader should know. */
  notes: z.array(z.string()),
});
export type ReceiptBody = z.infer<typeof receiptBodySchema>;

export const receiptSchema = receiptBodySchema.extend({
  signature: z.strictObject({
    alg: z.literal('Ed25519'),
    /** First 16 hexadecimal digits of the SHA-256 of the public key (SubjectPublicKeyInfo, DER). */
    keyId: z.string().regex(/^[0-9a-f]{16}$/),
    /** Base64url, of the canonical JSON of everything but `signature`. */
    value: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
  }),
});
export type Receipt = z.infer<typeof receiptSchema>;
