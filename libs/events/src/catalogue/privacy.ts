import { z } from 'zod';
import { idSchema } from '../ids';
import { LIMITS } from '../limits';
import * as v from './values';
import { defineEvent } from './define';

/** Every event of a request names it and its subject, so that a consumer needs no other event to understand it. */
const request = { request_id: idSchema, subject: v.subjectSchema };

export const privacyEvents = {
  CHAT_PRIVACY_EXPORT_REQUESTED: defineEvent('privacy', [], { ...request, requested_by: idSchema }),
  CHAT_PRIVACY_EXPORT_COMPLETED: defineEvent('privacy', [], {
    ...request,
    files: z.int().min(0),
    counts: z.array(z.strictObject({ name: v.codeSchema, count: z.int().min(0) })),
    bytes: z.int().min(0),
    sha256: v.sha256Schema,
    expires_at: v.microTimestamp,
  }),
  CHAT_PRIVACY_EXPORT_FAILED: defineEvent('privacy', [], { ...request, code: v.codeSchema }),
  CHAT_PRIVACY_EXPORT_DOWNLOADED: defineEvent('privacy', [], request),
  CHAT_PRIVACY_DELETION_REQUESTED: defineEvent('privacy', [], {
    ...request,
    requested_by: idSchema,
    reason: z.enum(v.ERASURE_REASONS),
    execute_after: v.microTimestamp,
  }),
  CHAT_PRIVACY_DELETION_CANCELLED: defineEvent('privacy', [], request),
  CHAT_PRIVACY_DELETION_STARTED: defineEvent('privacy', [], request),
  CHAT_PRIVACY_SUBJECT_ERASED: defineEvent('privacy', [], {
    ...request,
    /** The first of them; `keys_total` counts all. */
    keys: z.array(v.keyEvidenceSchema).max(LIMITS.keysInEvent),
    keys_total: z.int().min(0),
  }),
  CHAT_PRIVACY_DELETION_COMPLETED: defineEvent('privacy', [], {
    ...request,
    /** The signed receipt, as JSON. */
    receipt: z.string().max(LIMITS.receiptCharacters),
  }),
  CHAT_PRIVACY_DELETION_FAILED: defineEvent('privacy', [], { ...request, code: v.codeSchema }),
  CHAT_PRIVACY_SUBJECT_READMITTED: defineEvent('privacy', [], request),
};
