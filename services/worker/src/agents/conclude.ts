import { setTimeout as delay } from 'node:timers/promises';
import { ROLE_PERMISSIONS, type Actor } from '@threadlog/auth';
import type { Command, CommandRouter } from '@threadlog/commands';
import { PROBLEMS, type ProblemCode, type TenantId } from '@threadlog/events';

const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** The agent, as the worker speaks for it: with the rights of an agent that takes part, and no more. */
function agentActor(tenantId: TenantId, id: string): Actor {
  const permissions = [...ROLE_PERMISSIONS.agent];
  return { tenantId, id, type: 'agent', role: 'agent', permissions, learnerScope: [], expiresAt: null };
}

export interface Speaker {
  router: CommandRouter;
}

/**
 * Carries out a command of an agent, as often as it takes to know what became of it; the thread takes an answer once,
 * however often it is said. Null, or what it was refused with. Rejects with the signal's reason.
 */
export async function conclude(
  { router }: Speaker,
  { tenantId, agentId, runId }: { tenantId: TenantId; agentId: string; runId: string },
  command: Command,
  signal: AbortSignal,
): Promise<ProblemCode | null> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const result = await router.execute({
      actor: agentActor(tenantId, agentId),
      command,
      idempotencyKey: null,
      correlationId: `agent-run-${runId}`,
      timeoutMs: TIMEOUT_MS,
    });
    if (result.ok) return null;
    const { code } = result.problem;
    if (!PROBLEMS[code].retryable) return code;
    await delay(pauseMs, undefined, { signal });
  }
}
