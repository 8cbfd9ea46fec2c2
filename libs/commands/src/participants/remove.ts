import { personIdSchema } from '@threadlog/auth';
import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

export const participantRemove = defineContract(
  'participant.remove',
  z.strictObject({ ...thread, userId: personIdSchema }),
  204,
);
