import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './errors';
import { findProcess, signalProcess, stillRuns } from './processTable';
import { waitUntil } from './wait';

/**
 * Postgres refuses to start when `postmaster.pid` names a living process. After a SIGKILL that may be our old server on
 * its way out, a zombie nobody has waited for, or, in a container that counts from 1 again, any other process.
 */
export const clearStaleLock = async (cluster: string): Promise<void> => {
  const lock = join(cluster, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Math.abs(Number(readFileSync(lock, 'utf8').split('\n')[0]));
  const server = Number.isInteger(pid) && pid > 0 ? findProcess(pid) : null;
  if (server !== null && !server.zombie && server.commandLine.includes(cluster)) {
    const gone = () => !stillRuns(server);
    signalProcess(pid, 'SIGINT');
    await waitUntil('Postgres', gone, { timeoutMs: 5_000 }).catch(() => signalProcess(pid, 'SIGQUIT'));
    await waitUntil('Postgres', gone, { timeoutMs: 5_000 }).catch((cause: unknown) => {
      throw new StackError(`Another Postgres (process ${pid}) runs on ${cluster}.`, `kill -INT ${pid}`, { cause });
    });
  }
  // Zombies are usually collected within moments; one that stays holds nothing but its number.
  await waitUntil('zombie', () => !findProcess(pid)?.zombie, { timeoutMs: 3_000 }).catch(() => undefined);
  rmSync(lock, { force: true });
};
