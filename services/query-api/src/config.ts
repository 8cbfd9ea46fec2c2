import { runtimeConfig } from '@threadlog/runtime';
import { integer, loadConfig } from '@threadlog/service';
import { z } from 'zod';

/** Variables of the query API beside those that every process reads. */
export const queryApiConfig = {
  READ_WAIT_MS: integer(0, 60_000)
    .prefault('2000')
    .describe('Most milliseconds a read waits for the write that its consistency token names'),
};

const schema = z.object({ ...runtimeConfig, ...queryApiConfig });
export type QueryApiConfig = z.output<typeof schema>;

/** Throws `ConfigError` with all problems at once. */
export function loadQueryApiConfig(env: NodeJS.ProcessEnv = process.env): QueryApiConfig {
  return loadConfig(schema, env);
}
