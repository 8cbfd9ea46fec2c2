import type { SocketCommand } from './define';

/** A newer token for the same user: the socket lives as long as it says, with what it allows. */
export const authRefresh: SocketCommand<'auth:refresh'> = async ({ token }, { connection, started }, deps) => {
  await started;
  await deps.refresh(connection, token);
  return { expiresAt: connection.actor.expiresAt };
};
