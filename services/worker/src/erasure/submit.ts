import type { Command, CommandAccepted, CommandResult, CommandRouter } from '@threadlog/commands';
import { ProblemError, type ProblemCode, type TenantId } from '@threadlog/events';
import { backOffMs } from '@threadlog/service';
import { setTimeout as delay } from 'node:timers/promises';
import { carryOut } from '../actor';

/** Faults that pass by themselves. All commands of an erasure may be given twice, so an unknown outcome is one of them. */
const PASSING: ReadonlySet<ProblemCode> = new Set(['unavailable', 'overloaded', 'outcome_unknown']);
const ATTEMPTS = 6;
const BACK_OFF = { firstMs: 100, longestMs: 1_600 };

/** Gives a command to its owner, again while its fault may pass; the last answer otherwise. Rejects when `signal` aborts. */
export async function submit(
  router: CommandRouter,
  tenantId: TenantId,
  { command, signal }: { command: Command; signal: AbortSignal },
): Promise<CommandResult> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const result = await carryOut(router, tenantId, command);
    if (result.ok || attempt === ATTEMPTS || !PASSING.has(result.problem.code)) return result;
    await delay(backOffMs(attempt - 1, BACK_OFF), undefined, { signal });
  }
}

/** The same for what must succeed: throws `ProblemError` with what it was refused with. */
export async function submitted(...given: Parameters<typeof submit>): Promise<CommandAccepted> {
  const result = await submit(...given);
  if (!result.ok) throw new ProblemError(result.problem);
  return result;
}
