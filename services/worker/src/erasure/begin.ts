import { ProblemError } from '@threadlog/events';
import { JobWaits, type JobRun } from '../jobs/job';
import { findHolds } from './holds';
import type { ErasureDeps } from './ports';
import type { Projected } from './projected';
import { BEGUN, erasedBy, type ErasureState } from './state';
import { submit, submitted } from './submit';

/** How often what was found out may be overtaken by a change of holds before the job is put off. */
const ATTEMPTS = 10;
const HOLD_RETRY_MS = 60_000;
const OVERTAKEN_RETRY_MS = 1_000;

export type BeginDeps = Pick<ErasureDeps, 'database' | 'router' | 'holdRetryMs'> & { projected: Projected };

/**
 * Enters the erasure in the tenant's stream, where holds are decided, then in the person's, where it could be called
 * off. From the first on no hold can be set against it, from the second on it cannot be called off.
 * @returns The state of an erasure that has begun; null when it was called off meanwhile, and left no trace.
 */
export async function beginErasure(deps: BeginDeps, run: JobRun<ErasureState>): Promise<ErasureState | null> {
  await enterTenant(deps, run);
  const { request, signal } = run;
  const { tenantId, requestId, subject } = request;
  const input = { subject, requestId, outcome: { type: 'deletion_started' as const } };
  const result = await submit(deps.router, tenantId, { command: { type: 'privacy.report', input }, signal });
  if (result.ok) return BEGUN;
  // `conflict`: it was called off between the look at the requests and now.
  if (result.problem.code !== 'conflict') throw new ProblemError(result.problem);
  await submitted(deps.router, tenantId, { command: { type: 'tenant.endErasure', input: { requestId } }, signal });
  return null;
}

async function enterTenant({ database, router, projected, holdRetryMs }: BeginDeps, run: JobRun<ErasureState>) {
  const { request, signal } = run;
  const { tenantId, requestId, subject } = request;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const generation = await projected.active(signal);
    const { version, touchesHeldThread } = await findHolds({ database, generation }, erasedBy(request));
    const input = { requestId, subject, holdsVersion: version, touchesHeldThread };
    const result = await submit(router, tenantId, { command: { type: 'tenant.beginErasure', input }, signal });
    if (result.ok) return;
    if (result.problem.code === 'legal_hold') throw heldBack(holdRetryMs);
    if (result.problem.code !== 'version_mismatch') throw new ProblemError(result.problem);
  }
  throw new JobWaits('projection', OVERTAKEN_RETRY_MS);
}

/** A hold stands against it: it goes on when that is released. */
export function heldBack(holdRetryMs = HOLD_RETRY_MS): JobWaits {
  return new JobWaits('legal_hold', holdRetryMs);
}
