import { constants } from 'node:fs';
import { mkdir, open, opendir, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { checkName, isObjectName, UNFINISHED } from './names';
import { ExportStoreError, type ExportStore, type ExportStoreErrorCode, type StoredObject } from './port';

/**
 * Exports in a directory of this machine, readable by its owner alone. A file is written under a name of its own and
 * renamed when it is on the disk, so a reader sees it whole or not at all. With several workers it has to be a directory
 * that all of them share.
 */
export function createDirectoryStore(directory: string): ExportStore {
  const pathOf = (name: string): string => {
    checkName(name);
    return join(directory, name);
  };
  return {
    async put(name, body, signal) {
      const path = pathOf(name);
      const unfinished = path + UNFINISHED;
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const file = await open(unfinished, 'w', 0o600);
        // The stream closes the file, whatever ends it; flushing comes first.
        await pipeline(body, file.createWriteStream({ flush: true }), { signal });
        await rename(unfinished, path);
        await synced(dirname(path));
      } catch (error) {
        body.destroy();
        await rm(unfinished, { force: true }).catch(() => undefined);
        throw asStoreError(error);
      }
    },
    get: async (name) => read(pathOf(name)),
    async delete(name) {
      const path = pathOf(name);
      await translated(async () => {
        await rm(path + UNFINISHED, { force: true });
        await rm(path, { force: true });
        await synced(dirname(path)).catch(ignoreMissing);
      });
    },
    list: (prefix) => list(directory, prefix),
    close: () => Promise.resolve(),
  };
}

async function read(path: string): ReturnType<ExportStore['get']> {
  return translated(async () => {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { size } = await file.stat();
      return { body: file.createReadStream(), bytes: size };
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}

async function* list(directory: string, prefix: string): AsyncIterable<StoredObject> {
  for await (const tenant of entriesOf(directory)) {
    if (!`${tenant}/`.startsWith(prefix.slice(0, tenant.length + 1))) continue;
    for await (const entry of entriesOf(join(directory, tenant))) {
      const unfinished = entry.endsWith(UNFINISHED);
      const name = `${tenant}/${unfinished ? entry.slice(0, -UNFINISHED.length) : entry}`;
      if (name.startsWith(prefix) && isObjectName(name)) yield { name, unfinished };
    }
  }
}

/** Names in a folder; none where it is not there or is no folder. */
async function* entriesOf(folder: string): AsyncIterable<string> {
  const entries = await opendir(folder).catch(ignoreMissing);
  if (!entries) return;
  for await (const { name } of entries) yield name;
}

/** A rename or removal outlives a power cut only when its directory was flushed. */
async function synced(folder: string): Promise<void> {
  const handle: FileHandle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: unknown): void {
  if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw error;
}

const CODES: Record<string, ExportStoreErrorCode> = {
  ENOENT: 'not_found',
  ELOOP: 'not_found',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'refused',
};

/** Errors of the system as ours; what the body's stream failed with goes through as it is. */
function asStoreError(error: unknown): unknown {
  if (error instanceof ExportStoreError || !(error as NodeJS.ErrnoException)?.syscall) return error;
  const code = codeOf(error);
  // Paths name tenants and requests: they stay in the cause.
  return new ExportStoreError(CODES[code] ?? 'unavailable', `the export directory answered ${code}`, { cause: error });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException)?.code ?? '';
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStoreError(error);
  }
}
