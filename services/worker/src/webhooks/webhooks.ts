import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '@threadlog/log';
import { createOutboundClient, type OutboundClient } from '@threadlog/outbound';
import type { Database } from '@threadlog/read-models';
import type { Signals } from '@threadlog/runtime';
import { aborted, type Logger, type Metrics, type Service } from '@threadlog/service';
import { createProjected } from '../erasure/projected';
import { createDeletedAmong } from '../feed/deleted';
import { openEvents, type FeedSealing } from '../feed/openEvents';
import { logEnds } from '../feed/positions';
import { attemptDelivery, type Endpoint } from './attempt';
import { runLateDeliveries } from './late';
import { createLateLanes } from './lateLanes';
import { createLiveDeliveries } from './live';
import { createWebhookObserver, type WebhookObserver } from './observe';
import type { WebhookEventName } from './payload';
import { tellOfPresence } from './presence';
import { createWebhookStore, type WebhookStore } from './store';

export interface WebhookDeps {
  database: Database;
  log: EventLog;
  sealing: FeedSealing;
  logger: Logger;
  metrics: Metrics;
  endpoint: Endpoint;
  wanted: ReadonlySet<WebhookEventName>;
  /** Who is there; without it nobody is told of that. */
  signals?: Pick<Signals, 'listen'> | undefined;
  /** For tests. */
  now?(): Date;
  random?(): number;
}

const RETRY_MS = 1_000;
/** What was given up is kept so long, in days. */
const DEAD_LETTER_DAYS = 30;
const DAY_MS = 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;

/** Tells one endpoint of what happens, from when it is first known on: at least once, in order per thread. */
export function createWebhooks(deps: WebhookDeps): Service {
  const observer = createWebhookObserver(deps.metrics);
  return {
    name: `webhooks ${deps.endpoint.id}`,
    async run(signal) {
      const client = createOutboundClient();
      while (!signal.aborted) {
        await follow(deps, { client, observer }, signal).catch((error: unknown) => {
          if (!signal.aborted) deps.logger.warn({ err: error }, 'events are not delivered to a webhook, trying again');
        });
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
      client.close();
    },
  };
}

interface Parts {
  client: OutboundClient;
  observer: WebhookObserver;
}

async function follow(deps: WebhookDeps, { client, observer }: Parts, stop: AbortSignal): Promise<void> {
  const { database, log, logger, endpoint, wanted } = deps;
  const { now = () => new Date(), random = Math.random } = deps;
  const store = createWebhookStore(database, endpoint.id);
  const positions = await begin(deps, store);
  // What was deleted by now must be known as deleted before any of it is told.
  await createProjected({ database, log }).active(stop);
  const lateLanes = createLateLanes(await store.lateLanes());
  const ending = new AbortController();
  const signal = AbortSignal.any([stop, ending.signal]);
  const shared = {
    ...{ store, observer, now, random, wanted, log, logger, lateLanes, positions },
    open: createOpen(deps, observer),
    attempt: (event: Parameters<typeof attemptDelivery>[2]) =>
      attemptDelivery({ client, now }, endpoint, event, signal),
  };
  if (signal.aborted) return;
  if (deps.signals) tellOfPresence({ ...shared, signals: deps.signals }, signal);
  const late = runLateDeliveries(shared, signal);
  const sweeping = sweep(store, now, signal);
  const subscription = await log.follow({
    name: 'webhooks',
    start: positions,
    onBatch: createLiveDeliveries(shared, signal),
  });
  await Promise.race([aborted(stop), late]).finally(() => ending.abort());
  await Promise.all([subscription.stop(), late, sweeping]);
}

/** An endpoint that was never told anything begins with what happens from now on. */
async function begin({ database, log }: WebhookDeps, store: WebhookStore) {
  const positions = await store.positions();
  if (positions.size === log.partitions) return positions;
  for (const [partition, end] of await logEnds(database, log)) {
    if (positions.has(partition)) continue;
    await store.advance(partition, end, []);
    positions.set(partition, end);
  }
  return positions;
}

function createOpen({ database, sealing, logger }: WebhookDeps, observer: WebhookObserver) {
  const deletedAmong = createDeletedAmong(database);
  const onWithheld: Parameters<typeof openEvents>[0]['onWithheld'] = ({ event_id, event_type, tenant_id }, reason) => {
    observer.withheld(reason);
    if (reason === 'unreadable') logger.warn({ event_id, event_type, tenant_id }, 'an event cannot be opened');
  };
  return (tenantId: Parameters<typeof openEvents>[1], events: Parameters<typeof openEvents>[2]) =>
    openEvents({ sealing, deletedAmong, onWithheld }, tenantId, events);
}

async function sweep(store: WebhookStore, now: () => Date, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await store.forgetDead(new Date(now().getTime() - DEAD_LETTER_DAYS * DAY_MS)).catch(() => undefined);
    await delay(SWEEP_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
