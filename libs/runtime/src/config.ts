import { authConfigShape, checkAuthConfig } from '@threadlog/auth';
import { sealingConfigShape } from '@threadlog/sealing';
import {
  corsConfig,
  databaseConfig,
  httpConfig,
  kafkaConfig,
  loadConfig,
  logConfig,
  rateLimitConfig,
  type Env,
  type LoadConfigOptions,
} from '@threadlog/service';
import { z } from 'zod';

/** Variables that every process reads, whatever its roles. */
export const runtimeConfig = {
  ...logConfig,
  ...httpConfig,
  ...corsConfig,
  ...rateLimitConfig,
  ...kafkaConfig,
  ...databaseConfig,
  ...sealingConfigShape,
  ...authConfigShape,
};
export type RuntimeConfig = z.output<z.ZodObject<typeof runtimeConfig>>;

/** The schema of a process: what every process reads, and the variables of its own roles. */
export function processConfig<Shape extends z.ZodRawShape>(own: Shape) {
  return z.object({ ...runtimeConfig, ...own }).superRefine((env, context) => {
    checkAuthConfig(env as unknown as RuntimeConfig, context);
  });
}

/** Reads the configuration of a process. Throws `ConfigError` with all problems at once. */
export function loadProcessConfig<Shape extends z.ZodRawShape>(own: Shape, env: Env, options?: LoadConfigOptions) {
  return loadConfig(processConfig(own), env, options);
}
