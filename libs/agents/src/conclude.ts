import { setTimeout as delay } from 'node:timers/promises';
import type { Actor } from '@threadlog/auth';
import type { Command, CommandResult, CommandRouter } from '@threadlog/commands';
import { PROBLEMS } from '@threadlog/events';

const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** Whoever enters what an agent said. */
export interface Speaker {
  router: CommandRouter;
  actor: Actor;
  correlationId: string;
  traceparent?: string | undefined;
  /** No further try is begun after so many milliseconds; without it, it is tried until it is known. */
  giveUpAfterMs?: number;
}

/** What is tried, until the signal aborts. */
export interface Concluding {
  command: Command;
  idempotencyKey: string | null;
  signal: AbortSignal;
}

/**
 * Carries out a command of an agent, as often as it takes to know what became of it; the thread takes an answer once,
 * however often it is said. Rejects with the signal's reason.
 */
export async function conclude(
  { router, actor, correlationId, traceparent, giveUpAfterMs = Infinity }: Speaker,
  { command, idempotencyKey, signal }: Concluding,
): Promise<CommandResult> {
  const until = performance.now() + giveUpAfterMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const asked = { actor, command, idempotencyKey, correlationId, traceparent };
    const result = await router.execute({ ...asked, timeoutMs: TIMEOUT_MS });
    if (result.ok || !PROBLEMS[result.problem.code].retryable) return result;
    if (performance.now() + pauseMs > until) return result;
    await delay(pauseMs, undefined, { signal });
  }
}
