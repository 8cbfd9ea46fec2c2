import { messagePostFields } from '@threadlog/commands';
import {
  attachmentSchema,
  captionInputSchema,
  eitherCase,
  idInputSchema,
  LIMITS,
  threadIdInputSchema,
  v1MessageSchema,
} from '@threadlog/events';
import { idempotencyKeySchema, problemSchema } from '@threadlog/service';
import { z } from 'zod';

/** Requests and answers of `/v1`, which are those of the gRPC service, too. Fields that nobody knows are dropped. */
const { messageType, metadata, replyTo, mentions } = messagePostFields.shape;
const { externalFileId, label, mime, bytes } = attachmentSchema.shape;
const sentAttachment = eitherCase(
  z.object({
    external_file_id: externalFileId,
    label: label.nullable(),
    mime: mime.nullable(),
    bytes: bytes.nullable(),
  }),
);

export const sendBody = eitherCase(
  z.object({
    conversation_id: threadIdInputSchema,
    content: captionInputSchema,
    idempotency_key: idempotencyKeySchema
      .optional()
      .meta({ description: 'Required, unless it is in the header `Idempotency-Key`.' }),
    message_type: messageType,
    attachments: z.array(sentAttachment).max(LIMITS.attachments).default([]),
    metadata,
    reply_to: replyTo,
    mentions,
  }),
).meta({
  example: {
    conversation_id: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
    content: 'Hello, World!',
    idempotency_key: 'unique-key-123',
  },
});
export type SendRequest = z.output<typeof sendBody>;

export const conversationParams = z.object({ conversationId: threadIdInputSchema });
export const readBody = eitherCase(z.object({ message_id: idInputSchema.nullish() }))
  .nullish()
  .meta({ example: {} });

export const sentSchema = z.object({ message: v1MessageSchema }).meta({ id: 'V1SentMessage' });
export const duplicateSchema = problemSchema.extend({ details: sentSchema.optional() }).meta({
  id: 'V1Duplicate',
  description:
    'A problem. `already_exists` tells that the same request came before, and `details` what it was answered then.',
});

/** The same as the gRPC service has it: one object, without a path. */
export const markReadRequest = z.object({
  conversationId: conversationParams.shape.conversationId,
  messageId: idInputSchema.nullish(),
});
