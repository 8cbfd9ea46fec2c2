import type { KeyObject } from 'node:crypto';
import type { EventLog } from '@threadlog/log';
import { createOutboundClient, type OutboundOptions } from '@threadlog/outbound';
import type { Database } from '@threadlog/read-models';
import type { Signals } from '@threadlog/runtime';
import { until, type Logger, type Metrics, type Service } from '@threadlog/service';
import type { FeedSealing } from '../feed/openEvents';
import { deliver } from './deliver';
import type { EndpointSource } from './endpoints/endpoint';
import { createWebhookObserver } from './observe';
import type { LateLimits } from './registry';
import type { Disable } from './switchOff';

export interface WebhookDeps {
  database: Database;
  log: EventLog;
  sealing: FeedSealing;
  logger: Logger;
  metrics: Metrics;
  endpoints: EndpointSource;
  /** Switches a tenant's endpoint off. */
  disable: Disable;
  /** Who is there; without it nobody is told of that. */
  signals?: Pick<Signals, 'listen'> | undefined;
  /** Signs for all endpoints, beside their secrets. */
  ed25519?: KeyObject | undefined;
  /** Where tenants' endpoints may be; the public internet by https alone by default. */
  outbound?: Pick<OutboundOptions, 'allowHttp' | 'allowedRanges'>;
  /** For tests. */
  limits?: LateLimits;
  now?(): Date;
  random?(): number;
}

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
