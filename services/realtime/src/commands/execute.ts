import type { Command } from '@threadlog/commands';
import { ProblemError } from '@threadlog/events';
import type { CommandContext, CommandDeps } from './define';

/** Has a command carried out by its stream's owner and returns the resource; throws its refusal. */
export async function execute(
  command: Command,
  idempotencyKey: string | null,
  { connection, correlationId, traceparent }: CommandContext,
  { router, timeoutMs }: CommandDeps,
): Promise<unknown> {
  const { actor } = connection;
  const result = await router.execute({ actor, command, idempotencyKey, correlationId, traceparent, timeoutMs });
  if (!result.ok) throw new ProblemError(result.problem);
  return result.resource;
}
