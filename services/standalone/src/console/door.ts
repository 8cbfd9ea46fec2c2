import { bearerToken, internalSecretVerifier } from '@threadlog/auth';
import { problem } from '@threadlog/events';
import { contextOf, type Admission } from '@threadlog/service';
import type { Request } from 'express';

export interface OperatorDoor extends Admission {
  /** Whether who sent a request that was admitted may see what people wrote. */
  mayReveal(request: Request): boolean;
}

/**
 * Lets operators in: whoever has one of the tokens, compared in constant time. Whoever has not is refused, and counted by
 * address as on every port. `revealing` are tokens that let in, too, and permit more.
 */
export function operatorDoor(tokens: readonly string[], revealing: readonly string[]): OperatorDoor {
  const isOperator = internalSecretVerifier([...tokens, ...revealing]);
  const isRevealing = internalSecretVerifier(revealing);
  return {
    async admit(_auth, request, response) {
      if (!isOperator(bearerToken(request.headers.authorization))) {
        response.setHeader('WWW-Authenticate', 'Bearer');
        throw problem('unauthorized', 'The token of an operator is required.');
      }
      contextOf(request).counted = true;
    },
    mayReveal: (request) => isRevealing(bearerToken(request.headers.authorization)),
  };
}
