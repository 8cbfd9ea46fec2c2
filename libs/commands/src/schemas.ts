import {
  attachmentSchema,
  CHANNELS,
  clientMessageIdSchema,
  contentInputSchema,
  emojiSchema,
  idSchema,
  LIMITS,
  MESSAGE_TYPES,
  metadataInputSchema,
  PARTICIPANT_ROLES,
  THREAD_STATUSES,
  THREAD_TYPES,
  threadIdSchema,
  titleInputSchema,
} from '@threadlog/events';
import { z } from 'zod';

/** Bounds of a request's free parts; they are the same on every surface. */
export { LIMITS };

const thread = { threadId: threadIdSchema };
const message = { ...thread, messageId: idSchema };
/** Version the caller saw (`If-Match`): settings version of a thread, edit count of a message. */
const ifMatch = { ifMatch: z.int().min(0).optional() };

export const threadCreateSchema = z.strictObject({
  title: titleInputSchema.nullable().default(null),
  learnerId: idSchema.nullable().default(null),
  type: z.enum(THREAD_TYPES).default('group'),
  channel: z.enum(CHANNELS).default('chat'),
  participantIds: z.array(idSchema).max(LIMITS.participants).default([]),
  metadata: metadataInputSchema.nullable().default(null),
  parentThreadId: threadIdSchema.nullable().default(null),
  rootMessageId: idSchema.nullable().default(null),
});
export const threadUpdateSchema = z.strictObject({
  ...thread,
  title: titleInputSchema.nullable().optional(),
  metadata: metadataInputSchema.nullable().optional(),
  status: z.enum(THREAD_STATUSES).optional(),
  ...ifMatch,
});
export const threadDeleteSchema = z.strictObject(thread);
export const messagePostSchema = z.strictObject({
  ...thread,
  content: contentInputSchema,
  messageType: z.enum(MESSAGE_TYPES).default('text'),
  attachments: z.array(attachmentSchema).max(LIMITS.attachments).default([]),
  metadata: metadataInputSchema.nullable().default(null),
  replyTo: idSchema.nullable().default(null),
  mentions: z.array(idSchema).max(LIMITS.mentions).default([]),
  clientMessageId: clientMessageIdSchema.nullable().default(null),
});
export const messageEditSchema = z.strictObject({
  ...message,
  content: contentInputSchema.optional(),
  metadata: metadataInputSchema.nullable().optional(),
  attachments: z.array(attachmentSchema).max(LIMITS.attachments).optional(),
  ...ifMatch,
});
export const messageDeleteSchema = z.strictObject(message);
export const participantAddSchema = z.strictObject({
  ...thread,
  userId: idSchema,
  role: z.enum(PARTICIPANT_ROLES).default('member'),
  history: z.enum(['all', 'from_join']).default('all'),
});
export const participantRemoveSchema = z.strictObject({ ...thread, userId: idSchema });
export const participantChangeRoleSchema = z.strictObject({
  ...thread,
  userId: idSchema,
  role: z.enum(PARTICIPANT_ROLES),
});

const reaction = { ...message, emoji: emojiSchema };
export const reactionAddSchema = z.strictObject(reaction);
export const reactionRemoveSchema = z.strictObject(reaction);
export const messagePinSchema = z.strictObject(message);
export const messageUnpinSchema = z.strictObject(message);

/** The reader's own position. Where the message stands was looked up before: the thread is another stream's business. */
export const threadReadSchema = z.strictObject({ ...message, messageIndex: z.int().min(1) });
export const threadPreferencesSchema = z.strictObject({
  ...thread,
  mutedUntil: z.iso.datetime({ offset: true }).nullable().optional(),
  pinned: z.boolean().optional(),
  hidden: z.boolean().optional(),
  markedUnread: z.boolean().optional(),
});

const profileText = (characters: number) => z.string().max(characters).nullable().default(null);
export const userSyncSchema = z.strictObject({
  userId: idSchema,
  displayName: profileText(LIMITS.displayNameCharacters),
  avatarUrl: profileText(LIMITS.urlCharacters),
  email: profileText(LIMITS.emailCharacters),
  metadata: metadataInputSchema.nullable().default(null),
});
export const userRemoveSchema = z.strictObject({ userId: idSchema });

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
  'thread.read': threadReadSchema,
  'thread.preferences': threadPreferencesSchema,
  'user.sync': userSyncSchema,
  'user.remove': userRemoveSchema,
};
export type CommandType = keyof typeof COMMANDS;
export type CommandInput<T extends CommandType> = z.infer<(typeof COMMANDS)[T]>;
/** A parsed command: its name and its checked input. */
export type Command = { [T in CommandType]: { type: T; input: CommandInput<T> } }[CommandType];
