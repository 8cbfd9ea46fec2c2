import type { CommandResult } from '@threadlog/commands';
import type { RouteReply } from '@threadlog/service';
import { carryOut, keyOf, requireAccepted, type Caller } from '../http/carryOut';
import { replyTo, type CommandRouteDeps } from '../http/commandRoute';

/**
 * Deletes the conversation, or leaves it where the caller may not delete it. The owner of the stream decides which, on
 * its own state: no look-up before could be as fresh. The second command has a key of its own, derived from the
 * client's, so that a repeated request finds the leaving that it caused, although the thread is hidden by then.
 */
export async function leaveOrDelete(caller: Caller, deps: CommandRouteDeps, threadId: string): Promise<RouteReply> {
  const deleted = await carryOut(caller, deps, { type: 'thread.delete', input: { threadId } });
  if (!isDenied(deleted)) return replyTo(requireAccepted(deleted), deps);
  const key = keyOf(caller);
  const left = await carryOut(
    caller,
    deps,
    { type: 'participant.remove', input: { threadId, userId: caller.actor.id } },
    key && `${key}:leave`,
  );
  // Who takes no part is told why it could not be deleted.
  return replyTo(requireAccepted(isDenied(left) ? deleted : left), deps);
}

function isDenied(result: CommandResult): boolean {
  return !result.ok && (result.problem.code === 'forbidden' || result.problem.code === 'not_found');
}
