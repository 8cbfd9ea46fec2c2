import { runServices, type Role, type Service } from '@threadlog/service';
import { Router } from 'express';
import type { WorkerDeps } from './deps';
import type { JobHandler } from './jobs/job';
import { createJobObserver } from './jobs/observe';
import { createJobRunner } from './jobs/runner';
import { createJobStore } from './jobs/store';
import { underLeadership } from './leadership';
import { feedParts, retentionPart } from './parts';

/**
 * Does what nobody waits for: privacy requests, retention, the feed. Any number of instances may run; each part works on
 * one of them at a time.
 */
export function createWorker(deps: WorkerDeps): Role {
  const parts: Service[] = [retentionPart(deps), ...feedParts(deps)];
  if (deps.config.PRIVACY_ENABLED) parts.push(privacyJobs(deps));
  const led = parts.map((part) => underLeadership(part, deps));
  return {
    name: 'worker',
    routes: Router(),
    async run(signal) {
      await runServices(led, { signal, logger: deps.logger });
    },
  };
}

function privacyJobs({ database, logger, metrics }: WorkerDeps): Service {
  const handlers: JobHandler[] = [];
  return createJobRunner({
    store: createJobStore(database),
    handlers,
    logger,
    observer: createJobObserver(metrics),
  });
}
