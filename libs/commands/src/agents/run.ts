import { idInputSchema } from '@threadlog/events';
import { z } from 'zod';

/** What names a run: its own id, and the message that it answers. */
export const runFields = { runId: z.uuid(), triggerMessageId: idInputSchema };
