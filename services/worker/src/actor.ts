import { PERMISSIONS, type Actor } from '@threadlog/auth';
import type { CommandAccepted, CommandResult, Command, CommandRouter } from '@threadlog/commands';
import { ProblemError, type TenantId } from '@threadlog/events';
import { randomUUID } from 'node:crypto';

/** The worker, in the name of nobody: no token makes such an actor. */
function workerActor(tenantId: TenantId): Actor {
  return {
    tenantId,
    id: 'worker',
    type: 'system',
    role: 'admin',
    permissions: [...PERMISSIONS],
    learnerScope: '*',
    expiresAt: null,
  };
}

const TIMEOUT_MS = 10_000;

/** Carries out a command of the worker. What it was refused with is the result. */
export function carryOut(router: CommandRouter, tenantId: TenantId, command: Command): Promise<CommandResult> {
  return router.execute({
    actor: workerActor(tenantId),
    command,
    idempotencyKey: null,
    correlationId: `worker-${randomUUID()}`,
    timeoutMs: TIMEOUT_MS,
  });
}

/** The same for what must succeed: throws `ProblemError` with what it was refused with. */
export async function command(router: CommandRouter, tenantId: TenantId, wanted: Command): Promise<CommandAccepted> {
  const result = await carryOut(router, tenantId, wanted);
  if (!result.ok) throw new ProblemError(result.problem);
  return result;
}
