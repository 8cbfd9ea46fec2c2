import { personIdSchema } from '@threadlog/auth';
import { freeText, LIMITS, metadataInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';

const profileText = (characters: number) => freeText(characters).nullable().default(null);

export const userSyncSchema = z.strictObject({
  userId: personIdSchema,
  displayName: profileText(LIMITS.displayNameCharacters),
  avatarUrl: profileText(LIMITS.urlCharacters),
  email: profileText(LIMITS.emailCharacters),
  metadata: metadataInputSchema.nullable().default(null),
});

export const userSync = defineContract('user.sync', userSyncSchema, 200);
