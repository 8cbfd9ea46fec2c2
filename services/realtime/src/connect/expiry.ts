import { frame } from '../frames';
import type { Connection } from '../rooms/connection';

/** Longest delay a timer takes; later moments are waited for in steps. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Closes the engine's connection at the end of the actor's token, after telling why, so that the client comes back by
 * itself with a newer one. The returned function ends the watch.
 */
export function watchExpiry(connection: Connection, now: () => number = Date.now): () => void {
  let timer: NodeJS.Timeout | undefined;
  const check = () => {
    const { expiresAt } = connection.actor;
    if (expiresAt === null) return;
    const left = expiresAt * 1000 - now();
    if (left > 0) {
      timer = setTimeout(check, Math.min(left, MAX_DELAY_MS));
      return;
    }
    connection.wire.emit(frame('error', { code: 'UNAUTHORIZED', message: 'The token has expired.' }));
    connection.wire.close();
  };
  check();
  return () => clearTimeout(timer);
}
