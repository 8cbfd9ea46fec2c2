import type { RuntimeConfig } from '@threadlog/runtime';
import { integer, list } from '@threadlog/service';
import type { z } from 'zod';

/** Loopback and the private ranges: where instances of one deployment are. */
const PRIVATE_RANGES = '127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fd00::/8';

/** Variables of the command API beside those that every process reads. */
export const commandApiConfig = {
  MAX_MESSAGES_PER_THREAD: integer(1, 100_000_000)
    .prefault('1000000')
    .describe('Messages a thread holds, deleted ones aside'),
  MAX_PARTICIPANTS_PER_THREAD: integer(2, 10_000).prefault('1000').describe('People who take part in a thread'),
  COMMAND_TIMEOUT_MS: integer(100, 60_000)
    .prefault('5000')
    .describe('Most milliseconds until a command is answered, if only that its outcome is unknown'),
  IDEMPOTENCY_WINDOW_HOURS: integer(1, 168)
    .prefault('24')
    .describe('Hours during which an idempotency key gives the first answer again'),
  FORWARD_ALLOWED_RANGES: list()
    .prefault(PRIVATE_RANGES)
    .describe('Address ranges of the instances that commands may be forwarded to'),
};

export type CommandApiConfig = RuntimeConfig & z.output<z.ZodObject<typeof commandApiConfig>>;
