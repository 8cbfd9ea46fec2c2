import { anyPersonIdSchema } from '@threadlog/auth';
import {
  DELETE_REASONS,
  idInputSchema,
  SUBJECT_KINDS,
  subjectSchema,
  threadIdInputSchema,
  threadIdSchema,
} from '@threadlog/events';
import { z } from 'zod';

/** Fields that inputs share. */
export const thread = { threadId: threadIdInputSchema };
/** Of the worker's commands, which are about what is there: logs of former builds hold ids that nothing new may have. */
export const anyThread = { threadId: threadIdSchema };
export const message = { ...thread, messageId: idInputSchema };
/** Version the caller saw (`If-Match`): settings version of a thread, edit count of a message. */
export const ifMatch = { ifMatch: z.int().min(0).optional() };

/** Whose data: also somebody of a former build whose id nobody could have any more. */
export const aboutSchema = subjectSchema.extend({ id: anyPersonIdSchema });
/** Of one person; a tenant's own data are its database's business. */
export const personSchema = aboutSchema.extend({ kind: z.enum(SUBJECT_KINDS).exclude(['tenant']) });
export const privacyRequest = { subject: aboutSchema, requestId: idInputSchema };

/** In whose name the worker deletes. */
export const scrubReasonSchema = z.enum(DELETE_REASONS).extract(['retention', 'privacy']);
