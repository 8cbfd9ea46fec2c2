import { tenantIdSchema } from '@threadlog/events';
import {
  forwardConfig,
  loadProcessConfig,
  privacyConfig,
  receiptConfig,
  type ForwardConfig,
  type RuntimeConfig,
} from '@threadlog/runtime';
import { integer, list } from '@threadlog/service';
import { z } from 'zod';
import { exportConfig } from './export/config';
import { feedTopic } from './feed/topicName';

/** Each has a topic and a connection of its own. */
const MAX_FEED_TENANTS = 200;

const feedTenants = () =>
  list().pipe(
    z
      .array(
        tenantIdSchema.refine((tenant) => {
          try {
            return feedTopic(tenant) !== '';
          } catch {
            return false;
          }
        }, 'has a topic name that would be too long'),
      )
      .max(MAX_FEED_TENANTS)
      .transform((tenants) => [...new Set(tenants)]),
  );

/** Variables of the worker beside those that every process reads. */
export const workerConfig = {
  ...privacyConfig,
  ...receiptConfig,
  ...exportConfig,
  FEED_TENANTS: feedTenants()
    .prefault('')
    .describe(
      'Tenants whose events are published in the clear to `chat.feed.<tenant>`, comma-separated; none by default',
    ),
  FEED_RETENTION_DAYS: integer(1, 365)
    .prefault('7')
    .describe(
      'Days that a feed keeps events, which no erasure can reach; applies to topics that are made from then on',
    ),
};

const workerServiceConfig = { ...workerConfig, ...forwardConfig };
export type WorkerConfig = RuntimeConfig & z.output<z.ZodObject<typeof workerConfig>>;

/** Throws `ConfigError` with all problems at once. */
export function loadWorkerConfig(env: NodeJS.ProcessEnv = process.env): WorkerConfig & ForwardConfig {
  return loadProcessConfig(workerServiceConfig, env);
}
