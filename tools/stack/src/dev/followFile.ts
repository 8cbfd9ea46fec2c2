import { existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Copies what is appended to a file from now on, as `tail -F` does, until `signal` aborts. */
export const followFile = async (file: string, write: (text: string) => void, signal: AbortSignal): Promise<void> => {
  let position = existsSync(file) ? statSync(file).size : 0;
  while (!signal.aborted) {
    await delay(100, undefined, { signal }).catch(() => undefined);
    const size = existsSync(file) ? statSync(file).size : 0;
    if (size < position) position = 0;
    if (size === position) continue;
    const handle = await open(file);
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(size - position), position });
    await handle.close();
    position += bytesRead;
    write(buffer.toString('utf8', 0, bytesRead));
  }
};
