import { get } from 'node:http';
import { join } from 'node:path';
import { logTail, startChild } from '../child';
import { StackError } from '../errors';
import { cacheDir, checkoutRoot, type Layout } from '../paths';
import { runAs } from '../runAs';
import { startServer, type Server } from '../server';
import { waitUntil } from '../wait';

export const standaloneScript = join(checkoutRoot, 'services', 'standalone', 'dist', 'main.js');

const isReady = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/readyz', timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy()).on('error', () => resolve(false));
  });

export interface ServiceOptions {
  /** For people; default Threadlog. */
  name?: string;
  /** Of its log and its process file; default threadlog. */
  file?: string;
  files: Layout;
  env: NodeJS.ProcessEnv;
  /** Each answers `GET /readyz`. */
  ports: number[];
  script?: string;
}

/**
 * Starts a process of the service and waits until it is ready.
 * @throws StackError with the end of its log.
 */
export const startService = (options: ServiceOptions): Promise<Server> => {
  const { name = 'Threadlog', file = 'threadlog', files, env, ports, script = standaloneScript } = options;
  const start = async () => {
    const logFile = files.log(file);
    // The title carries the data directory, by which a stale process is recognised.
    const command = runAs(process.execPath, [`--title=threadlog ${files.root}`, '--enable-source-maps', script], {
      account: null,
      deathSignal: 'TERM',
      paths: [],
    });
    const pidFile = files.pidFile(file);
    const child = startChild({
      ...command,
      name,
      logFile,
      pidFile,
      marker: files.root,
      // Started again after each change or crash, it need not compile what is as it was.
      env: { NODE_COMPILE_CACHE: join(cacheDir(), 'compile'), ...env },
      cwd: checkoutRoot,
    });
    const ready = async () => (await Promise.all(ports.map(isReady))).every(Boolean);
    await waitUntil(name, ready, { timeoutMs: 60_000, intervalMs: 50, failure: child.ended }).catch(
      async (cause: unknown) => {
        await child.stop('SIGTERM', 5_000);
        throw new StackError(
          `${name} did not become ready. Its log ends with:\n  ${logTail(logFile)}`,
          `See ${logFile}`,
          { cause },
        );
      },
    );
    return child;
  };
  return startServer({
    name,
    port: ports[0] ?? 0,
    url: `http://localhost:${ports[0]}`,
    stopSignal: 'SIGTERM',
    start,
  });
};
