import { forwardConfig, loadProcessConfig } from '@threadlog/runtime';
import { realtimeConfig } from '@threadlog/service';

/** Variables of the realtime service beside those that every process reads. */
const realtimeServiceConfig = { ...realtimeConfig, ...forwardConfig };

/** Throws `ConfigError` with all problems at once. */
export function loadRealtimeConfig(env: NodeJS.ProcessEnv = process.env) {
  return loadProcessConfig(realtimeServiceConfig, env);
}
