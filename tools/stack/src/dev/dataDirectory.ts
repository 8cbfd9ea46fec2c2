import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPidFile, reapStale, writePidFile } from '../child';
import { StackError } from '../errors';
import { layout, type Layout } from '../paths';
import { waitUntil } from '../wait';

/** Proves, before anything is deleted, that a folder is ours. */
const markerFile = (files: Layout) => join(files.root, '.threadlog');

/**
 * One launcher at a time on a data directory. The claim of a launcher that was killed is void: it names a process that
 * is gone, or another one by now. One that is still ending (Ctrl-C, then an immediate start) is waited for.
 * @throws StackError when another launcher runs.
 */
const claim = async (files: Layout, report: (line: string) => void): Promise<() => void> => {
  const file = files.pidFile('launcher');
  const holder = () => readPidFile(file);
  const pid = holder()?.pid;
  if (pid !== undefined) {
    report(`Another start (process ${pid}) uses ${files.root}, waiting for it to end ...`);
    await waitUntil('launcher', () => holder() === null, { timeoutMs: 6_000 }).catch((cause: unknown) => {
      throw new StackError(
        `Threadlog already runs on ${files.root} (process ${pid}).`,
        `Stop it (kill ${pid}), or start this one beside it with another DATA_DIR and other ports.`,
        { cause },
      );
    });
  }
  writePidFile(file, process.pid, files.root);
  return () => rmSync(file, { force: true });
};

const stale = ['threadlog', 'projector', 'kafka', 'postgres', 'mongo'];

/** Everything but the claim and, where a database outlives this, the secrets that its contents are sealed with. */
const clear = (files: Layout, keepSecrets: boolean): void => {
  const kept = new Set(['pids', '.threadlog', ...(keepSecrets ? ['secrets.json'] : [])]);
  for (const entry of readdirSync(files.root)) {
    if (!kept.has(entry)) rmSync(join(files.root, entry), { recursive: true, force: true });
  }
};

export interface PrepareOptions {
  dataDir: string;
  fresh: boolean;
  keepSecrets: boolean;
  report: (line: string) => void;
}

/**
 * Makes the data directory, claims it, and ends what an earlier launcher left running in it.
 * @returns its files, and a function that gives the claim up. @throws StackError when it is not ours or in use.
 */
export const prepareDataDirectory = async ({ dataDir, fresh, keepSecrets, report }: PrepareOptions) => {
  const files = layout(dataDir);
  const foreign = existsSync(files.root) && !existsSync(markerFile(files)) && readdirSync(files.root).length > 0;
  if (foreign)
    throw new StackError(`${files.root} holds something else.`, 'Choose an empty or a new folder as DATA_DIR.');
  mkdirSync(files.root, { recursive: true });
  writeFileSync(markerFile(files), 'Data of a Threadlog development server. npm start -- --fresh clears it.\n');
  const release = await claim(files, report);
  // In this order: the service first, so that it does not see its servers go.
  for (const name of stale) await reapStale(name, files.pidFile(name), files.root);
  if (fresh) clear(files, keepSecrets);
  return { files, release };
};
