import { forwardConfig } from '@threadlog/runtime';
import { z } from 'zod';

/** Variables of the command API, beside those every process reads. */
export const commandApiConfig = {
  ...forwardConfig,
  MAX_MESSAGES_PER_THREAD: z.coerce.number().int().min(1).max(100_000_000).default(1_000_000).meta({
    description: 'Messages a thread holds, deleted ones aside.',
  }),
  MAX_PARTICIPANTS_PER_THREAD: z.coerce.number().int().min(2).max(10_000).default(1_000).meta({
    description: 'People who take part in a thread.',
  }),
  COMMAND_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(5_000).meta({
    description: 'Longest time a command may take before its outcome is called unknown.',
  }),
  IDEMPOTENCY_WINDOW_HOURS: z.coerce.number().int().min(1).max(168).default(24).meta({
    description: 'How long an idempotency key gives the first answer again.',
  }),
};
export type CommandApiConfig = z.output<z.ZodObject<typeof commandApiConfig>>;
