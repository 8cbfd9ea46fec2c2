import { z } from 'zod';
import { idSchema } from '../ids';
import { freeText } from '../text';

export const STREAM_TYPES = ['thread', 'user', 'privacy', 'webhook', 'agent', 'tenant', 'control'] as const;
export const THREAD_TYPES = ['direct', 'group'] as const;
export const CHANNELS = ['chat', 'voice', 'email'] as const;
export const THREAD_STATUSES = ['active', 'archived', 'completed'] as const;
export const PARTICIPANT_ROLES = ['owner', 'moderator', 'member', 'agent'] as const;
export const SENDER_TYPES = ['user', 'agent', 'system'] as const;
export const MESSAGE_TYPES = ['text', 'file', 'system'] as const;
export const DELETE_REASONS = ['author', 'moderator', 'admin', 'retention', 'privacy'] as const;
export const LEAVE_REASONS = ['left', 'removed', 'user_removed'] as const;
export const ERASURE_REASONS = [
  'subject_request',
  'consent_withdrawn',
  'contract_ended',
  'legal_obligation',
  'other',
] as const;
export const HOLD_REASONS = ['litigation', 'investigation', 'regulatory', 'other'] as const;
export const SUBJECT_KINDS = ['learner', 'user', 'tenant'] as const;
export const WEBHOOK_PAYLOADS = ['full', 'thin'] as const;
/** Which messages agents answer in a conversation: as they are registered, only what names them, none. */
export const AGENT_MODES = ['auto', 'mention', 'off'] as const;
/** Which messages ask an agent where conversations let it: as they have it, what mentions it, none. */
export const AGENT_TRIGGERS = ['every', 'mention', 'off'] as const;
/** How a run came to its message. */
export const RUN_FINISHES = ['complete', 'stopped', 'failed'] as const;
/** Why a run left no message. */
export const RUN_END_REASONS = ['silent', 'failed', 'stopped', 'superseded', 'timeout', 'no_answer'] as const;
export const ACTOR_TYPES = ['user', 'agent', 'system', 'internal'] as const;

export type StreamType = (typeof STREAM_TYPES)[number];
export type ThreadType = (typeof THREAD_TYPES)[number];
export type Channel = (typeof CHANNELS)[number];
export type ThreadStatus = (typeof THREAD_STATUSES)[number];
export type ParticipantRole = (typeof PARTICIPANT_ROLES)[number];
export type SenderType = (typeof SENDER_TYPES)[number];
export type MessageType = (typeof MESSAGE_TYPES)[number];
export type DeleteReason = (typeof DELETE_REASONS)[number];
export type LeaveReason = (typeof LEAVE_REASONS)[number];
export type AgentMode = (typeof AGENT_MODES)[number];
export type AgentTrigger = (typeof AGENT_TRIGGERS)[number];
export type ActorType = (typeof ACTOR_TYPES)[number];
export type WebhookPayload = (typeof WEBHOOK_PAYLOADS)[number];
export type ErasureReason = (typeof ERASURE_REASONS)[number];
export type HoldReason = (typeof HOLD_REASONS)[number];

/** Personal text as it stands in the log and in every read model: never in the clear. */
export const sealedSchema = z.strictObject({ sealed: z.string().regex(/^v1\.[A-Za-z0-9_-]+$/) });
export type Sealed = z.infer<typeof sealedSchema>;

/** A keyed hash of something: it says nothing without the key. */
export const keyedHashSchema = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A file that lives elsewhere: its id there, a name to show, its media type and its size in bytes. */
export const attachmentSchema = z.strictObject({
  externalFileId: freeText(512, 1),
  label: freeText(512, 1).optional(),
  mime: freeText(255, 1).optional(),
  bytes: z.int().min(0).optional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

export const positiveInt = z.int().min(1);
export const microTimestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
/** A name out of a list that may grow, such as why a job gave up; never a message. */
export const codeSchema = z.string().regex(/^[a-z_]{1,64}$/);

/** Whose data something is about. A learner and a user of one id are one person; a tenant is all of its people. */
export const subjectSchema = z.strictObject({ kind: z.enum(SUBJECT_KINDS), id: idSchema });
export type Subject = z.infer<typeof subjectSchema>;

/** What is left of a destroyed key: it names the key and what it was for, and tells nothing that it sealed. */
export const keyEvidenceSchema = z.strictObject({
  key_id: z.uuid(),
  kind: z.enum(['subject', 'thread', 'thread_month', 'tenant']),
  fingerprint: sha256Schema,
  /** Version of the master key that wrapped it; null where there never was a key. */
  master_version: freeText(64).nullable(),
});
export type DestroyedKey = z.infer<typeof keyEvidenceSchema>;

/** What something that a tenant registered signs with, from the start. */
export const firstSecret = { secret: sealedSchema, secret_id: idSchema };
/** The same from then on; until `previous_until` the one before signs as well. */
export const nextSecret = { ...firstSecret, previous_secret_id: idSchema, previous_until: microTimestamp };

/** Name of an event as receivers are told it, or `*` for all. */
export const webhookEventSchema = z.string().regex(/^(?:\*|[a-z_]{1,32}\.[a-z_]{1,32})$/);

/** Which threads a receiver is told about: those about a learner, those of some types; null for all. */
export const webhookFilterSchema = z.strictObject({
  learner_id: idSchema.nullable(),
  thread_types: z.array(z.enum(THREAD_TYPES)).min(1).nullable(),
});
export type WebhookFilter = z.infer<typeof webhookFilterSchema>;

export const participantSchema = z.strictObject({ user_id: idSchema, role: z.enum(PARTICIPANT_ROLES) });

/**
 * The sealed fields by name and what each holds once opened. A field means the same in every event,
 * so this one table types both sides of sealing.
 */
export interface ClearFields {
  title: string | null;
  content: string;
  metadata: JsonObject | null;
  attachments: Attachment[];
  display_name: string | null;
  avatar_url: string | null;
  email: string | null;
  url: string;
  description: string | null;
  secret: string;
}
export type SealedFieldName = keyof ClearFields;
