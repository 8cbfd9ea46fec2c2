import { personIdSchema } from '@threadlog/auth';
import { PARTICIPANT_ROLES } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

export const participantChangeRoleSchema = z.strictObject({
  ...thread,
  userId: personIdSchema,
  role: z.enum(PARTICIPANT_ROLES),
});

export const participantChangeRole = defineContract('participant.changeRole', participantChangeRoleSchema, 200);
