import type { ForwardClient } from './forward';
import type { CommandResult, CommandRouter } from './router';

export interface RemoteRouterOptions {
  client: ForwardClient;
  /** Base URLs of command-api instances, in the order to be tried. */
  instances(): Promise<readonly string[]>;
}

const NOBODY: CommandResult = {
  ok: false,
  problem: { code: 'unavailable', detail: 'No command API can be reached; nothing was done.', retryAfter: 1 },
};

/** The router of processes that own nothing: any command API takes the command and brings it to its owner. */
export function createRemoteRouter({ client, instances }: RemoteRouterOptions): CommandRouter {
  return {
    async execute(request) {
      try {
        for (const url of await instances()) {
          const answer = await client
            .send(url, { request, directGeneration: 0, as: 'route' })
            // Nothing was sent: the next one may be there.
            .catch(() => null);
          if (answer && 'result' in answer) return answer.result;
        }
      } catch {
        // Those who could tell the instances are away; that is the same to the caller.
      }
      return NOBODY;
    },
  };
}
