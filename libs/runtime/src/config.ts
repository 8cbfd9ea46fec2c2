import {
  authConfig,
  corsConfig,
  databaseConfig,
  httpConfig,
  kafkaConfig,
  logConfig,
  rateLimitConfig,
  sealingConfig,
  secretsConfig,
} from '@threadlog/service';
import type { z } from 'zod';

/** Variables that every process reads, whatever its roles. A service spreads them into a schema with its own. */
export const runtimeConfig = {
  ...logConfig,
  ...httpConfig,
  ...corsConfig,
  ...rateLimitConfig,
  ...kafkaConfig,
  ...databaseConfig,
  ...sealingConfig,
  ...authConfig,
  ...secretsConfig,
};

export type RuntimeConfig = z.output<z.ZodObject<typeof runtimeConfig>>;
