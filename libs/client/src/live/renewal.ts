import { isProblem, NetworkError, problemError } from '../errors.ts';
import type { CommandAnswers } from '../generated/wire.ts';
import type { Link } from './link.ts';

const RENEWAL_RETRY_MS = 5000;

/** A socket ends with its token, so it is told a newer one before. */
export function planRenewal(link: Link): void {
  const { tokens } = link.deps;
  const inMs = link.used === null || !tokens.renewable ? null : tokens.renewInMs(link.used);
  if (inMs === null) return;
  link.timers.set('renewal', Math.min(Math.max(inMs, RENEWAL_RETRY_MS), 2 ** 31 - 1), () => void renew(link));
}

export async function renew(link: Link): Promise<void> {
  try {
    const token = await link.deps.tokens.current();
    if (token !== link.used) await command(link, { name: 'auth:refresh', payload: { token } });
    link.used = token;
  } catch (error) {
    link.deps.log('the token was not renewed', { error: String(error) });
  }
  if (link.up) planRenewal(link);
}

interface Command<Name> {
  name: Name;
  payload: unknown;
  timeoutMs?: number;
}

/** A command with its answer. Rejects with a `ChatError`. */
export function command<Name extends keyof CommandAnswers>(
  link: Link,
  { name, payload, timeoutMs = 10_000 }: Command<Name>,
) {
  return new Promise<CommandAnswers[Name]>((resolve, reject) => {
    const { socket, up } = link;
    if (!socket || !up) return reject(new NetworkError('network', 'There is no connection.', { retryable: true }));
    socket.timeout(timeoutMs).emit(name, payload, (error: Error | null, answer: unknown) => {
      if (error) reject(new NetworkError('timeout', 'No answer came.', { retryable: true, cause: error }));
      else if (isProblem(answer)) reject(problemError(answer));
      else resolve(answer as CommandAnswers[Name]);
    });
  });
}
