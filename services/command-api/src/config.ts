import { forwardConfig, outboundConfig, privacyConfig, type RuntimeConfig } from '@threadlog/runtime';
import { MAX_IDEMPOTENCY_HOURS } from '@threadlog/read-models';
import { integer } from '@threadlog/service';
import type { z } from 'zod';

/** Variables of the command API beside those that every process reads. */
export const commandApiConfig = {
  ...forwardConfig,
  MAX_MESSAGES_PER_THREAD: integer(1, 100_000_000)
    .prefault('1000000')
    .describe('Messages a thread holds, deleted ones aside'),
  MAX_PARTICIPANTS_PER_THREAD: integer(2, 10_000).prefault('1000').describe('People who take part in a thread'),
  ...privacyConfig,
  ...outboundConfig,
  COMMAND_TIMEOUT_MS: integer(100, 60_000)
    .prefault('5000')
    .describe('Most milliseconds until a command is answered, if only that its outcome is unknown'),
  // Receipts of a greater age are removed.
  IDEMPOTENCY_WINDOW_HOURS: integer(1, MAX_IDEMPOTENCY_HOURS)
    .prefault('24')
    .describe('Hours during which an idempotency key gives the first answer again'),
};

export type CommandApiConfig = RuntimeConfig & z.output<z.ZodObject<typeof commandApiConfig>>;
