import { personIdSchema } from '@threadlog/auth';
import {
  messageEditSchema,
  messagePostFields,
  participantAddSchema,
  threadCreateSchema,
  threadUpdateSchema,
  userSyncSchema,
} from '@threadlog/commands';
import { idInputSchema, requireSaying, threadIdInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { requireChange, requireOneOf } from '../http/bodyRules';

/**
 * Requests of the surface that older clients speak. Fields that nobody knows are dropped rather than refused: those
 * clients send some of their own.
 */
export const conversationParams = z.object({ conversationId: threadIdInputSchema });
export const conversationMessageParams = conversationParams.extend({ messageId: idInputSchema });
export const conversationThreadParams = conversationParams.extend({
  threadId: threadIdInputSchema.meta({ description: 'The sub-thread’s id, as it was given.' }),
});
export const messageIdParams = z.object({ messageId: idInputSchema });

export const createBody = z
  .object(threadCreateSchema.omit({ parentThreadId: true, rootMessageId: true }).shape)
  .meta({ example: { type: 'direct', participantIds: ['user_123', 'user_456'] } });
export const updateBody = requireChange(
  z.object(threadUpdateSchema.omit({ threadId: true, ifMatch: true }).shape),
).meta({ example: { title: 'Homework', status: 'archived' } });
export const subThreadBody = z
  .object({
    title: threadCreateSchema.shape.title,
    metadata: threadCreateSchema.shape.metadata,
    rootMessageId: threadCreateSchema.shape.rootMessageId,
  })
  .meta({ example: { title: 'About the second exercise', rootMessageId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11' } });
export const postBody = requireSaying(z.object(messagePostFields.omit({ threadId: true }).shape)).meta({
  example: { content: 'Hello!', attachments: [{ externalFileId: 'file_789', label: 'document.pdf' }] },
});
export const editBody = requireChange(
  z.object(messageEditSchema.omit({ threadId: true, messageId: true, ifMatch: true }).shape),
).meta({ example: { content: 'Hello there!' } });

const MAX_ADDED = 100;
const people = {
  userId: personIdSchema.optional(),
  userIds: z.array(personIdSchema).min(1).max(MAX_ADDED).optional(),
};
export const addParticipantsBody = requireOneOf(
  z.object({ ...people, role: participantAddSchema.shape.role, history: participantAddSchema.shape.history }),
  ['userId', 'userIds'],
).meta({ example: { userId: 'user_789' } });

export const readBody = z
  .object({ messageId: idInputSchema.nullish() })
  .meta({ example: { messageId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11' } })
  .nullish();

const { userId: _, ...profile } = userSyncSchema.shape;
export const syncBody = z.object({ externalUserId: personIdSchema, ...profile }).meta({
  example: {
    externalUserId: 'user_123',
    displayName: 'John Doe',
    avatarUrl: 'https://example.com/john.png',
    metadata: { role: 'teacher', department: 'maths' },
  },
});
