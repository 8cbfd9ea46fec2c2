import {
  forwardConfig,
  loadProcessConfig,
  outboundConfig,
  privacyConfig,
  receiptConfig,
  type ForwardConfig,
  type RuntimeConfig,
} from '@threadlog/runtime';
import type { z } from 'zod';
import { agentConfig } from './agents/config';
import { exportConfig } from './export/config';
import { feedConfig } from './feed/config';
import { webhookConfig } from './webhooks/config';

/** Variables of the worker beside those that every process reads. */
export const workerConfig = {
  ...privacyConfig,
  ...receiptConfig,
  ...exportConfig,
  ...feedConfig,
  ...webhookConfig,
  ...agentConfig,
  ...outboundConfig,
};

const workerServiceConfig = { ...workerConfig, ...forwardConfig };
export type WorkerConfig = RuntimeConfig & z.output<z.ZodObject<typeof workerConfig>>;

/** Throws `ConfigError` with all problems at once. */
export function loadWorkerConfig(env: NodeJS.ProcessEnv = process.env): WorkerConfig & ForwardConfig {
  return loadProcessConfig(workerServiceConfig, env);
}
