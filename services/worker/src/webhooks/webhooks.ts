import { createOutboundClient } from '@threadlog/outbound';
import { until, type Service } from '@threadlog/service';
import { deliver } from './deliver';
import type { WebhookDeps } from './deps';
import { createWebhookObserver } from './observe';

const RETRY_MS = 1_000;
/** To one endpoint: more than are under way of what is new, slow and late together. */
const MAX_CONNECTIONS = 56;

/** Tells endpoints of what happens, from their registration on: at least once, in order per endpoint and thread. */
export function createWebhooks(deps: WebhookDeps): Service {
  const observer = createWebhookObserver(deps.metrics);
  return {
    name: 'webhooks',
    async run(signal) {
      const client = createOutboundClient({ ...deps.outbound, maxConnectionsPerHost: MAX_CONNECTIONS });
      const parts = { now: () => new Date(), random: Math.random, ...deps, client, observer };
      const onFault = (err: unknown) => deps.logger.warn({ err }, 'events are not delivered to webhooks, trying again');
      await until(signal, () => deliver(parts, signal), { everyMs: RETRY_MS, onFault });
      client.close();
    },
  };
}
