import { personIdSchema } from '@threadlog/auth';
import { PARTICIPANT_ROLES } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

export const participantAddSchema = z.strictObject({
  ...thread,
  userId: personIdSchema,
  role: z.enum(PARTICIPANT_ROLES).default('member'),
  history: z.enum(['all', 'from_join']).default('all'),
});

export const participantAdd = defineContract('participant.add', participantAddSchema, 201);
