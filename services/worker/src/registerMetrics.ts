import { createAgentObserver } from '@threadlog/agents';
import type { Metrics } from '@threadlog/service';
import { createCounters as createFeedCounters } from './feed/feed';
import { createJobObserver } from './jobs/observe';
import { createOutbox } from './outbox';
import { createCounters as createRetentionCounters } from './retention/retention';
import { createWebhookObserver } from './webhooks/observe';

/** Registers every metric of the role, for the catalogue of metrics. */
export function registerWorkerMetrics(metrics: Metrics): void {
  createJobObserver(metrics);
  createRetentionCounters(metrics);
  createFeedCounters(metrics);
  createWebhookObserver(metrics);
  createOutbox(metrics, 'feed');
  createAgentObserver(metrics);
}
