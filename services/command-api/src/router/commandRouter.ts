import { randomUUID } from 'node:crypto';
import type { CommandRequest, CommandResult, CommandRouter } from '@threadlog/commands';
import type { LastWrites } from '@threadlog/service';
import type { Executor } from '../pipeline/executor';
import { NOT_OWNER, refusal, TIMED_OUT, type Outcome } from '../pipeline/job';
import { definitionOf } from '../commands/registry';
import { MAX_DIRECT_GENERATIONS, resolveCommand, type ResolveDeps } from '../pipeline/resolveCommand';
import type { Clock } from '../clock';
import { isProblem } from '../problems';
import type { OwnerDirectory } from './ownerDirectory';

/** Sends a command to the instance at `url`, for it alone to carry out. */
export type Forward = (url: string, request: CommandRequest, directGeneration: number) => Promise<Outcome>;

export interface RouterDeps extends ResolveDeps {
  executor: Executor;
  directory: OwnerDirectory;
  forward: Forward;
  clock: Clock;
  ownUrl: string;
  onFault(error: unknown): void;
}

/** How long to wait before a partition without an owner is looked for again; milliseconds. */
const LOOK_AGAIN_MS = 100;

export interface LocalRouter extends CommandRouter {
  /** Carries out a command here or says that this is not the owner; what a forwarded command comes to. */
  executeHere(request: CommandRequest, directGeneration: number): Promise<Outcome>;
}

/**
 * Brings a command to the one process that may decide it. It goes on to another instance, or tries again, only after
 * "not owner, nothing appended"; after anything else the caller must decide, since its outcome may be unknown.
 */
export function createCommandRouter(deps: RouterDeps): LocalRouter {
  async function executeHere(request: CommandRequest, directGeneration: number): Promise<Outcome> {
    return deps.executor.execute(request, await resolveCommand(deps, request, directGeneration));
  }

  async function route(request: CommandRequest, directGeneration: number): Promise<CommandResult> {
    const deadline = deps.clock.monotonicMs() + request.timeoutMs;
    const resolved = await resolveCommand(deps, request, directGeneration);
    for (;;) {
      const timeoutMs = deadline - deps.clock.monotonicMs();
      if (timeoutMs <= 0) return TIMED_OUT;
      const here = await deps.executor.execute({ ...request, timeoutMs }, resolved);
      if (here !== NOT_OWNER) return here;
      const url = await deps.directory.urlOf(resolved.partition);
      if (url !== null && url !== deps.ownUrl) {
        const there = await deps.forward(url, { ...request, timeoutMs }, directGeneration);
        if (there !== NOT_OWNER) return there;
      }
      deps.directory.forget(resolved.partition);
      await deps.clock.sleep(LOOK_AGAIN_MS);
    }
  }

  return {
    executeHere,
    async execute(given) {
      // With a key of our own the derived ids stay the same over our attempts.
      const request = given.idempotencyKey === null ? { ...given, ...mintedKey(given) } : given;
      try {
        for (let generation = 0; ; generation += 1) {
          const result = await route(request, generation);
          if (!isTaken(request, result) || generation + 1 >= MAX_DIRECT_GENERATIONS) return result;
        }
      } catch (error) {
        if (isProblem(error)) return refusal(error.problem);
        deps.onFault(error);
        return refusal({
          code: 'unavailable',
          detail: 'Something the command needs cannot be reached.',
          retryAfter: 1,
        });
      }
    },
  };
}

/** Only what derives its id from the key needs one; the rest would keep receipts nobody can ask for. */
function mintedKey({ command }: CommandRequest): Partial<CommandRequest> {
  return definitionOf(command).stream.begins ? { idempotencyKey: `minted:${randomUUID()}` } : {};
}

/** The stream that this was to begin cannot be begun any more, so the next generation of its name is meant. */
function isTaken({ command }: CommandRequest, result: CommandResult): boolean {
  if (result.ok) return false;
  return definitionOf(command).stream.begins?.isTaken(command.input, result.problem) ?? false;
}

/** The same router, which also remembers where each actor's writes stand: REST's, and those of sockets beside it. */
export function rememberWrites(router: CommandRouter, lastWrites: LastWrites | undefined): CommandRouter {
  if (!lastWrites) return router;
  return {
    async execute(request) {
      const result = await router.execute(request);
      if (result.ok && result.position) lastWrites.remember(request.actor, result.position);
      return result;
    },
  };
}
