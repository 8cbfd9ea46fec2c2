import { idInputSchema, idSchema } from '@threadlog/events';
import { z } from 'zod';

/** What names a run: its own id, and the message that it answers. */
export const runFields = { runId: z.uuid(), triggerMessageId: idInputSchema };

/** Who wanted it to stop, where somebody did. */
export const stopFields = { stoppedBy: idSchema.optional() };
