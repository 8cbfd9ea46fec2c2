import { readModelThere } from '@threadlog/runtime';
import { createOutboundClient, type OutboundClient } from '@threadlog/outbound';
import { mountRoutes, runServices, strictRouter, type Role, type Service } from '@threadlog/service';
import type { Router } from 'express';
import type { WorkerDeps } from './deps';
import { createErasureEndings } from './erasure/endings';
import { createErasure } from './erasure/handler';
import { createErasureKeys } from './erasure/keys';
import { receiptSigner } from './erasure/sign';
import { createExports, type Exports } from './export';
import { createSlots } from './http/slots';
import { downloadRoutes } from './http/routes';
import type { WebhookHttpDeps } from './http/webhookDeps';
import { webhookRoutes } from './http/webhooks';
import type { JobHandler } from './jobs/job';
import { createJobObserver } from './jobs/observe';
import { createJobRunner } from './jobs/runner';
import { createJobStore } from './jobs/store';
import { underLeadership } from './leadership';
import { agentParts, feedParts, outboundOf, retentionPart, signingKeyOf, webhookParts } from './parts';

/**
 * Does what nobody waits for: privacy requests, retention, the feed. Any number of instances may run; each part works on
 * one of them at a time, but for the feed, whose partitions they share.
 */
export function createWorker(deps: WorkerDeps): Role {
  const exports = createExports(deps);
  // Files go at their time, whether new ones are made or not.
  const parts: Service[] = [exports.sweeper, retentionPart(deps), ...webhookParts(deps), ...agentParts(deps)];
  const routes = strictRouter();
  if (deps.config.PRIVACY_ENABLED) {
    parts.push(privacyJobs(deps, exports), createErasureEndings(deps));
    mountDownloads(routes, deps, exports);
  }
  const client = mountWebhooks(routes, deps);
  const all = [...parts.map((part) => underLeadership(part, deps)), ...feedParts(deps)];
  return {
    name: 'worker',
    routes,
    async run(signal) {
      if (await readModelThere(deps.database, { logger: deps.logger, signal }))
        await runServices(all, { signal, logger: deps.logger });
      client.close();
      await exports.store.close();
    },
  };
}

function privacyJobs(deps: WorkerDeps, exports: Exports): Service {
  const { database, logger, metrics } = deps;
  const handlers: JobHandler[] = [exports.handler, erasureOf(deps, exports)];
  return createJobRunner({
    store: createJobStore(database),
    handlers,
    logger,
    observer: createJobObserver(metrics),
  });
}

function erasureOf(deps: WorkerDeps, { files }: Exports): JobHandler {
  const parts = {
    files,
    keys: createErasureKeys(deps),
    signReceipt: receiptSigner(deps.config),
    now: deps.clock.wallMs,
  };
  return createErasure({ ...deps, ...parts, ...deps.erasure }) as unknown as JobHandler;
}

/** Downloads at a time: each holds a file or a connection to the bucket open. */
const DOWNLOADS = { all: 64, ofTenant: 16 };

function mountDownloads(routes: Router, deps: WorkerDeps, { store, files }: Exports): void {
  const { database, sealing, router, admission, checkReplies } = deps;
  const http = { database, sealing, router, store, files, slots: createSlots(DOWNLOADS) };
  mountRoutes(routes, downloadRoutes, { deps: http, admission, checkReplies });
}

/** Test events that a process sends at a time: each waits for somebody else's server. */
const TEST_EVENTS = { all: 16, ofTenant: 4 };

/** Any instance takes what administrators ask for; the one that delivers does it. Test events are sent from here. */
function mountWebhooks(routes: Router, deps: WorkerDeps): OutboundClient {
  const { admission, checkReplies } = deps;
  const http = createWebhookHttp(deps);
  mountRoutes(routes, webhookRoutes, { deps: http, admission, checkReplies });
  return http.client;
}

/** What the routes about deliveries work with; its client is to be closed at the end. */
export function createWebhookHttp(
  deps: Pick<WorkerDeps, 'database' | 'clock' | 'log' | 'sealing' | 'router' | 'logger' | 'config'>,
): WebhookHttpDeps & { client: OutboundClient } {
  const { database, clock, log, sealing, router, logger, config } = deps;
  const client = createOutboundClient(outboundOf(config));
  const tests = createSlots(TEST_EVENTS);
  const parts = { database, log, sealing, router, client, logger, tests, now: () => new Date(clock.wallMs()) };
  return { ...parts, ed25519: signingKeyOf(config) };
}
