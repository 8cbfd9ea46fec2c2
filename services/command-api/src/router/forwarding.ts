import { clusterSecrets, createForwardSigner, type ForwardSigner } from '@threadlog/auth';
import { createForwardClient, NotReachedError, type ForwardClient } from '@threadlog/commands';
import { NOT_OWNER } from '../pipeline/job';
import type { CommandApiConfig } from '../config';
import type { Forward } from './commandRouter';

/** What processes of one cluster speak to each other with. */
export interface Forwarding {
  signer: ForwardSigner;
  client: ForwardClient;
}

/** @param now The time that instances agree on; their own clocks may be hours apart. */
export function createForwarding(config: CommandApiConfig, now: () => number): Forwarding {
  const signer = createForwardSigner(clusterSecrets(config), now);
  return { signer, client: createForwardClient({ signer, allowedRanges: config.FORWARD_ALLOWED_RANGES }) };
}

/** Hands a command to its owner; what was never sent may be tried elsewhere. */
export function forwardOver(client: ForwardClient): Forward {
  return async (url, request, directGeneration) => {
    try {
      const answer = await client.send(url, { request, directGeneration, as: 'owner' });
      return 'result' in answer ? answer.result : NOT_OWNER;
    } catch (error) {
      if (error instanceof NotReachedError) return NOT_OWNER;
      throw error;
    }
  };
}
