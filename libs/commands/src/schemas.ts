import { anyPersonIdSchema, personIdSchema } from '@threadlog/auth';
import {
  attachmentSchema,
  captionInputSchema,
  CHANNELS,
  clientMessageIdSchema,
  codeSchema,
  contentInputSchema,
  DELETE_REASONS,
  emojiInputSchema,
  ERASURE_REASONS,
  formerEmojiInputSchema,
  freeText,
  HOLD_REASONS,
  idSchema,
  idInputSchema,
  instantInputSchema,
  jsonObjectSchema,
  keyEvidenceSchema,
  LIMITS,
  MESSAGE_TYPES,
  metadataInputSchema,
  microTimestamp,
  PARTICIPANT_ROLES,
  sha256Schema,
  requireSaying,
  SUBJECT_KINDS,
  subjectSchema,
  THREAD_STATUSES,
  THREAD_TYPES,
  threadIdInputSchema,
  titleInputSchema,
} from '@threadlog/events';
import { z } from 'zod';

/** Bounds of a request's free parts; they are the same on every surface. */
export { LIMITS };

const thread = { threadId: threadIdInputSchema };
const message = { ...thread, messageId: idInputSchema };
/** Version the caller saw (`If-Match`): settings version of a thread, edit count of a message. */
const ifMatch = { ifMatch: z.int().min(0).optional() };

export const threadCreateSchema = z.strictObject({
  title: titleInputSchema.nullable().default(null),
  learnerId: personIdSchema.nullable().default(null),
  type: z.enum(THREAD_TYPES).default('group'),
  channel: z.enum(CHANNELS).default('chat'),
  participantIds: z.array(personIdSchema).max(LIMITS.participants).default([]),
  metadata: metadataInputSchema.nullable().default(null),
  parentThreadId: threadIdInputSchema.nullable().default(null),
  rootMessageId: idInputSchema.nullable().default(null),
});
export const threadUpdateSchema = z.strictObject({
  ...thread,
  title: titleInputSchema.nullable().optional(),
  metadata: metadataInputSchema.nullable().optional(),
  status: z.enum(THREAD_STATUSES).optional(),
  ...ifMatch,
});
export const threadDeleteSchema = z.strictObject(thread);
/** Before the rule that a message says something; for surfaces to take fields of. */
export const messagePostFields = z.strictObject({
  ...thread,
  content: captionInputSchema,
  messageType: z.enum(MESSAGE_TYPES).default('text'),
  attachments: z.array(attachmentSchema).max(LIMITS.attachments).default([]),
  metadata: metadataInputSchema.nullable().default(null),
  replyTo: idInputSchema.nullable().default(null),
  mentions: z.array(personIdSchema).max(LIMITS.mentions).default([]),
  clientMessageId: clientMessageIdSchema.nullable().default(null),
});
export const messagePostSchema = requireSaying(messagePostFields);
export const messageEditSchema = z.strictObject({
  ...message,
  content: contentInputSchema.optional(),
  metadata: metadataInputSchema.nullable().optional(),
  attachments: z.array(attachmentSchema).max(LIMITS.attachments).optional(),
  mentions: z.array(personIdSchema).max(LIMITS.mentions).optional(),
  ...ifMatch,
});
export const messageDeleteSchema = z.strictObject(message);
export const participantAddSchema = z.strictObject({
  ...thread,
  userId: personIdSchema,
  role: z.enum(PARTICIPANT_ROLES).default('member'),
  history: z.enum(['all', 'from_join']).default('all'),
});
export const participantRemoveSchema = z.strictObject({ ...thread, userId: personIdSchema });
export const participantChangeRoleSchema = z.strictObject({
  ...thread,
  userId: personIdSchema,
  role: z.enum(PARTICIPANT_ROLES),
});

const reaction = { ...message, emoji: emojiInputSchema };
export const reactionAddSchema = z.strictObject(reaction);
export const reactionRemoveSchema = z.strictObject({ ...message, emoji: formerEmojiInputSchema });
export const messagePinSchema = z.strictObject(message);
export const messageUnpinSchema = z.strictObject(message);

/** The reader's own position. Where the message stands was looked up before: the thread is another stream's business. */
export const threadReadSchema = z.strictObject({ ...message, messageIndex: z.int().min(1) });
/** A question to the thread's owner, which alone knows what is the newest; leaves no event. */
export const threadNewestSchema = z.strictObject(thread);
export const threadPreferencesSchema = z.strictObject({
  ...thread,
  mutedUntil: instantInputSchema.nullable().optional(),
  pinned: z.boolean().optional(),
  hidden: z.boolean().optional(),
  markedUnread: z.boolean().optional(),
});

const profileText = (characters: number) => freeText(characters).nullable().default(null);
export const userSyncSchema = z.strictObject({
  userId: personIdSchema,
  displayName: profileText(LIMITS.displayNameCharacters),
  avatarUrl: profileText(LIMITS.urlCharacters),
  email: profileText(LIMITS.emailCharacters),
  metadata: metadataInputSchema.nullable().default(null),
});
export const userRemoveSchema = z.strictObject({ userId: personIdSchema });

/** Whose data: also somebody of a former build whose id nobody could have any more. */
const aboutSchema = subjectSchema.extend({ id: anyPersonIdSchema });
const privacyRequest = { subject: aboutSchema, requestId: idInputSchema };
/** Of one person; a tenant's own data are its database's business. */
const personSchema = aboutSchema.extend({ kind: z.enum(SUBJECT_KINDS).exclude(['tenant']) });
export const privacyExportSchema = z.strictObject({ subject: personSchema });
export const privacyDeleteSchema = z.strictObject({
  subject: aboutSchema,
  reason: z.enum(ERASURE_REASONS).default('subject_request'),
  /** Null: after the deployment's grace period. */
  executeAfter: instantInputSchema.nullable().default(null),
});
export const privacyCancelSchema = z.strictObject(privacyRequest);
export const privacyReadmitSchema = z.strictObject({ subject: personSchema });

const countsSchema = z
  .record(codeSchema, z.int().min(0))
  .refine((counts) => Object.keys(counts).length <= LIMITS.exportCounts, `at most ${LIMITS.exportCounts} counts`);
const receiptSchema = jsonObjectSchema({ bytes: LIMITS.receiptCharacters, depth: LIMITS.metadataDepth });

/** What the worker reports of a request, a step at a time. Reporting a step twice changes nothing. */
export const privacyReportSchema = z.strictObject({
  ...privacyRequest,
  outcome: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('exported'),
      files: z.int().min(0),
      counts: countsSchema,
      bytes: z.int().min(0),
      sha256: sha256Schema,
      expiresAt: microTimestamp,
    }),
    z.strictObject({ type: z.literal('export_failed'), code: codeSchema }),
    z.strictObject({ type: z.literal('downloaded') }),
    z.strictObject({ type: z.literal('deletion_started') }),
    z.strictObject({
      type: z.literal('erased'),
      keys: z.array(keyEvidenceSchema).max(LIMITS.keysReported),
      /** How many there are, where those named are only the first of them. */
      keysTotal: z.int().min(0).optional(),
    }),
    z.strictObject({ type: z.literal('deletion_completed'), receipt: receiptSchema }),
    z.strictObject({ type: z.literal('deletion_failed'), code: codeSchema }),
  ]),
});

/** Exactly one of the two is held. */
export const tenantHoldSchema = z
  .strictObject({
    subject: aboutSchema.nullable().default(null),
    heldThreadId: threadIdInputSchema.nullable().default(null),
    reason: z.enum(HOLD_REASONS),
    reference: idInputSchema.nullable().default(null),
  })
  .refine(({ subject, heldThreadId }) => (subject === null) !== (heldThreadId === null), {
    message: 'must name a person or a thread, not both',
  });
export const tenantReleaseHoldSchema = z.strictObject({ holdId: idInputSchema });
/** `default` goes back to what the deployment says; null keeps messages for ever. */
export const tenantRetentionSchema = z.strictObject({
  days: z.union([z.int().min(1).max(LIMITS.retentionDays), z.null(), z.literal('default')]),
});
/** `holdsVersion` is the version of the tenant's stream that `touchesHeldThread` was found out for. */
export const tenantBeginErasureSchema = z.strictObject({
  ...privacyRequest,
  holdsVersion: z.int().min(0),
  touchesHeldThread: z.boolean(),
});
export const tenantEndErasureSchema = z.strictObject({ requestId: idInputSchema });

/** Deletes messages in the name of retention or privacy: the worker's own way, with nobody's rights. */
export const threadScrubSchema = z.strictObject({
  ...thread,
  messageIds: z.array(idInputSchema).min(1).max(LIMITS.scrubbedMessages),
  reason: z.enum(DELETE_REASONS).extract(['retention', 'privacy']),
});
/** Takes away title and metadata of a thread as far as this erased person wrote them last: the worker's own way, too. */
export const threadScrubSettingsSchema = z.strictObject({ ...thread, authorId: idSchema });
export const threadEraseSchema = z.strictObject({
  ...thread,
  reason: z.enum(DELETE_REASONS).extract(['retention', 'privacy']),
});

/** Every command by name; the parsed shape is what idempotency compares, so a surface must not matter. */
export const COMMANDS = {
  'thread.create': threadCreateSchema,
  'thread.update': threadUpdateSchema,
  'thread.delete': threadDeleteSchema,
  'message.post': messagePostSchema,
  'message.edit': messageEditSchema,
  'message.delete': messageDeleteSchema,
  'participant.add': participantAddSchema,
  'participant.remove': participantRemoveSchema,
  'participant.changeRole': participantChangeRoleSchema,
  'reaction.add': reactionAddSchema,
  'reaction.remove': reactionRemoveSchema,
  'message.pin': messagePinSchema,
  'message.unpin': messageUnpinSchema,
  'thread.newest': threadNewestSchema,
  'thread.read': threadReadSchema,
  'thread.preferences': threadPreferencesSchema,
  'user.sync': userSyncSchema,
  'user.remove': userRemoveSchema,
  'privacy.export': privacyExportSchema,
  'privacy.delete': privacyDeleteSchema,
  'privacy.cancel': privacyCancelSchema,
  'privacy.readmit': privacyReadmitSchema,
  'privacy.report': privacyReportSchema,
  'tenant.hold': tenantHoldSchema,
  'tenant.releaseHold': tenantReleaseHoldSchema,
  'tenant.retention': tenantRetentionSchema,
  'tenant.beginErasure': tenantBeginErasureSchema,
  'tenant.endErasure': tenantEndErasureSchema,
  'thread.scrub': threadScrubSchema,
  'thread.scrubSettings': threadScrubSettingsSchema,
  'thread.erase': threadEraseSchema,
};
export type CommandType = keyof typeof COMMANDS;
export type CommandInput<T extends CommandType> = z.infer<(typeof COMMANDS)[T]>;
/** A parsed command: its name and its checked input. */
export type Command = { [T in CommandType]: { type: T; input: CommandInput<T> } }[CommandType];
