import { bearerToken, internalSecretVerifier } from '@threadlog/auth';
import { problem } from '@threadlog/events';
import { contextOf, type Admission } from '@threadlog/service';

/**
 * Lets operators in: whoever has one of the tokens, compared in constant time. Whoever has not is refused, and counted by
 * address as on every port.
 */
export function operatorDoor(tokens: readonly string[]): Admission {
  const isOperator = internalSecretVerifier(tokens);
  return {
    async admit(_auth, request, response) {
      if (!isOperator(bearerToken(request.headers.authorization))) {
        response.setHeader('WWW-Authenticate', 'Bearer');
        throw problem('unauthorized', 'The token of an operator is required.');
      }
      contextOf(request).counted = true;
    },
  };
}
