import { bearerToken, type Actor } from '@threadlog/auth';
import { problem, type ProblemError } from '@threadlog/events';
import {
  countActor,
  countAddress,
  problemOf,
  requireLeft,
  type RateLimits,
  type TokenVerifier,
} from '@threadlog/service';
import { callOf, type Call, type CallContext } from './call';

export interface DoorDeps {
  verifier: TokenVerifier;
  limits: Pick<RateLimits, 'consume'>;
  /** The connection of this call has shown a valid token. */
  proven(call: Call): void;
}

/** Who may call what, decided before anything of the request's body is read. Throws problems. */
export interface Door {
  /** With a valid token, counted for its actor and tenant as over HTTP and sockets. */
  user(context: CallContext): Promise<void>;
  /** Anybody, counted by address. */
  anyone(context: CallContext): Promise<void>;
  /**
   * The problem to answer somebody with who was refused: each refusal of a stranger counts for its address, and one who
   * had too many is told that.
   */
  refusal(call: Call, thrown: unknown): Promise<unknown>;
}

export function createDoor({ verifier, limits, proven }: DoorDeps): Door {
  async function verified(authorization: string | null): Promise<Actor> {
    const token = bearerToken(authorization ?? undefined);
    if (!token) throw problem('unauthorized', 'A bearer token is required, as the metadata authorization.');
    return verifier.verifyCached(token) ?? verifier.verify(token);
  }

  async function countUnauthenticated(call: Call): Promise<void> {
    if (call.counted) return;
    call.counted = true;
    requireLeft(await countAddress(limits, call.address));
  }

  return {
    async user(context) {
      const call = callOf(context);
      const actor = await verified(context.requestHeader.get('authorization'));
      call.actor = actor;
      call.counted = true;
      proven(call);
      requireLeft(await countActor(limits, actor));
    },
    anyone: (context) => countUnauthenticated(callOf(context)),
    refusal: (call, thrown) =>
      countUnauthenticated(call).then(
        () => thrown,
        (tooMany: unknown) => (isProblem(tooMany) ? tooMany : thrown),
      ),
  };
}

function isProblem(error: unknown): error is ProblemError {
  return problemOf(error) !== undefined;
}
