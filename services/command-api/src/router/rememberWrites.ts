import type { CommandRouter } from '@threadlog/commands';
import type { LastWrites } from '@threadlog/service';

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
