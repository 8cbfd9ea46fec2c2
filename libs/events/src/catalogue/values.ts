import { z } from 'zod';
import { idSchema } from '../ids';

export const THREAD_TYPES = ['direct', 'group'] as const;
export const CHANNELS = ['chat', 'voice', 'email'] as const;
export const THREAD_STATUSES = ['active', 'archived', 'completed'] as const;
export const PARTICIPANT_ROLES = ['owner', 'moderator', 'member', 'agent'] as const;
export const SENDER_TYPES = ['user', 'agent', 'system'] as const;
export const MESSAGE_TYPES = ['text', 'file', 'system'] as const;
export const DELETE_REASONS = ['author', 'moderator', 'admin', 'retention', 'privacy'] as const;
export const LEAVE_REASONS = ['left', 'removed', 'user_removed'] as const;
export const ACTOR_TYPES = ['user', 'agent', 'system', 'internal'] as const;

export type ThreadType = (typeof THREAD_TYPES)[number];
export type Channel = (typeof CHANNELS)[number];
export type ThreadStatus = (typeof THREAD_STATUSES)[number];
export type ParticipantRole = (typeof PARTICIPANT_ROLES)[number];
export type SenderType = (typeof SENDER_TYPES)[number];
export type MessageType = (typeof MESSAGE_TYPES)[number];
export type DeleteReason = (typeof DELETE_REASONS)[number];
export type LeaveReason = (typeof LEAVE_REASONS)[number];
export type ActorType = (typeof ACTOR_TYPES)[number];

/** Personal text as it stands in the log and in every read model: never in the clear. */
export const sealedSchema = z.strictObject({ sealed: z.string().regex(/^v1\.[A-Za-z0-9_-]+$/) });
export type Sealed = z.infer<typeof sealedSchema>;

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A file that lives elsewhere: its id there, a name to show, its media type and its size in bytes. */
export const attachmentSchema = z.strictObject({
  externalFileId: z.string().min(1).max(512),
  label: z.string().min(1).max(512).optional(),
  mime: z.string().min(1).max(255).optional(),
  bytes: z.int().min(0).optional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

export const positiveInt = z.int().min(1);
export const microTimestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
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
}
export type SealedFieldName = keyof ClearFields;
