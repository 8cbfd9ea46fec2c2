import { loadProcessConfig, privacyConfig } from '@threadlog/runtime';
import { integer } from '@threadlog/service';

/** Variables of the query API beside those that every process reads. */
export const queryApiConfig = {
  ...privacyConfig,
  READ_WAIT_MS: integer(0, 60_000)
    .prefault('2000')
    .describe('Most milliseconds a read waits for the write that its consistency token names'),
};

/** Throws `ConfigError` with all problems at once. */
export function loadQueryApiConfig(env: NodeJS.ProcessEnv = process.env) {
  return loadProcessConfig(queryApiConfig, env);
}
