import type { Command, CommandAccepted, CommandResult, CommandRouter } from '@threadlog/commands';
import { ProblemError } from '@threadlog/events';
import type { RouteRequest } from '@threadlog/service';
import { definitionOf } from '../commands/registry';

/** The part of a request that every command carries on. */
export type Caller = Pick<RouteRequest, 'actor' | 'requestId' | 'traceparent'> & { headers: object };

/** What commands are sent by. */
export interface Sending {
  router: CommandRouter;
  /** Longest wait for an answer; milliseconds. */
  timeoutMs: number;
}

/** Carries out a command in the caller's name. `idempotencyKey` stands in for the caller's own. */
export function carryOut(
  caller: Caller,
  { router, timeoutMs }: Sending,
  command: Command,
  idempotencyKey = keyOf(caller) ?? keyInBody(command),
): Promise<CommandResult> {
  return router.execute({
    actor: caller.actor,
    command,
    idempotencyKey,
    correlationId: caller.requestId,
    traceparent: caller.traceparent,
    timeoutMs,
  });
}

/** The same for what must succeed: throws what the command was refused with. */
export async function accepted(...carried: Parameters<typeof carryOut>): Promise<CommandAccepted> {
  return requireAccepted(await carryOut(...carried));
}

/** The success, or a throw of what the command was refused with. */
export function requireAccepted(result: CommandResult): CommandAccepted {
  if (!result.ok) throw new ProblemError(result.problem);
  return result;
}

/** The client's own key, from the header. */
export function keyOf({ headers }: Pick<Caller, 'headers'>): string | null {
  return (headers as { 'idempotency-key'?: string })['idempotency-key'] ?? null;
}

/** A client's own id of what it makes serves as its key where no header says otherwise. */
function keyInBody(command: Command): string | null {
  return definitionOf(command).ownKey?.(command.input) ?? null;
}
