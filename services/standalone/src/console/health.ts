import { deploymentStatus, type DeploymentStatus } from '@threadlog/runtime';
import { defineRoute } from '@threadlog/service';
import type { ConsoleDeps } from './deps';
import { healthAnswer } from './schemas';

/** How long the stores may take before the answer says only what this process knows; milliseconds. */
const PATIENCE_MS = 4_000;

export const showHealth = defineRoute({
  method: 'get',
  path: '/ops/health',
  summary: 'This process, and what the stores say of all: processes, owners of partitions, lag, quarantine',
  tags: ['Operations'],
  auth: 'user',
  responses: {
    200: {
      description: 'How the deployment is; `deployment` is null where a store does not answer',
      schema: healthAnswer,
    },
  },
  async handler(_request, { database, log, process: { id, health } }: ConsoleDeps) {
    const [report, deployment] = await Promise.all([health.report(), inTime(deploymentStatus({ database, log }))]);
    return { status: 200, body: { self: { id, ...report }, deployment } };
  },
});

/** A store that is away is told by the checks of the process: the rest must not wait for it. */
async function inTime(asked: Promise<DeploymentStatus>): Promise<DeploymentStatus | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), PATIENCE_MS);
  try {
    return await Promise.race([asked.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}
