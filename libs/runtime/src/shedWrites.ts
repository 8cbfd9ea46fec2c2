import { costOf, type CommandRequest, type CommandResult, type CommandRouter } from '@threadlog/commands';
import { presentBehalf, type Behalf, type Shedding } from '@threadlog/service';

/** Has a write carried out, unless the process has too much open: then nothing of it is begun. */
export function unlessShed<T>(
  shedding: Pick<Shedding, 'begin' | 'end'>,
  { actor, command }: Pick<CommandRequest, 'actor' | 'command'>,
  carryOut: () => Promise<T>,
): Promise<T | CommandResult> {
  const write: Behalf = { tenantId: actor.tenantId, surface: presentBehalf()?.surface ?? 'internal' };
  const cost = costOf(command);
  const problem = shedding.begin(write, cost);
  if (problem) return Promise.resolve({ ok: false, problem });
  const end = (): void => shedding.end(write, cost);
  const answer = carryOut();
  answer.then(end, end);
  return answer;
}

/** The same router, which takes on no more than the process can hold. */
export function shedWrites(router: CommandRouter, shedding: Pick<Shedding, 'begin' | 'end'>): CommandRouter {
  return { execute: (request) => unlessShed(shedding, request, () => router.execute(request)) };
}
