import { instantInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

export const threadPreferencesSchema = z.strictObject({
  ...thread,
  mutedUntil: instantInputSchema.nullable().optional(),
  pinned: z.boolean().optional(),
  hidden: z.boolean().optional(),
  markedUnread: z.boolean().optional(),
});

export const threadPreferences = defineContract('thread.preferences', threadPreferencesSchema, 200);
