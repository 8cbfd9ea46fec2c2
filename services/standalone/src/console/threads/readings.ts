import { openThread, type InspectedLog, type ThreadName, type ThreadReading } from '@threadlog/projector';

/** Threads that are held, those asked for last. */
const HELD = 3;
/** Most events of a thread that a process which serves holds and folds; the command takes more. */
const MOST_EVENTS = 20_000;
/** How long an answer waits for the log; then it says how far it is. Milliseconds. */
const PATIENCE_MS = 2_000;
/** A thread that nobody asks for is forgotten; milliseconds. */
const FORGOTTEN_MS = 120_000;

interface Held {
  reading: ThreadReading;
  /** Under way. */
  pending: Promise<void> | null;
  looked: number;
  of: number;
  timer: NodeJS.Timeout;
}

export type Read =
  { stream: ThreadReading; progress: null } | { stream: null; progress: { looked: number; of: number } };

/**
 * Streams of threads as operators look at them: read once from the beginning of the log, which may take longer than an answer
 * waits, and then on from where they are.
 */
export function createThreadReadings(): (log: InspectedLog, name: ThreadName) => Promise<Read> {
  const held = new Map<string, Held>();

  function heldOf(log: InspectedLog, name: ThreadName): Held {
    const id = `${name.tenantId}/${name.threadId}`;
    const one = held.get(id) ?? {
      reading: openThread(log, name, { most: MOST_EVENTS }),
      ...{ pending: null, looked: 0, of: 0, timer: setTimeout(() => undefined, 0) },
    };
    clearTimeout(one.timer);
    one.timer = setTimeout(() => held.delete(id), FORGOTTEN_MS).unref();
    // The one asked for last stands last.
    held.delete(id);
    held.set(id, one);
    for (const oldest of [...held.keys()].slice(0, -HELD)) held.delete(oldest);
    return one;
  }

  return async (log, name) => {
    const one = heldOf(log, name);
    const onProgress = (looked: number, of: number) => Object.assign(one, { looked, of });
    const done = (one.pending ??= one.reading.readOn({ onProgress }).finally(() => (one.pending = null)));
    const isDone = await within(PATIENCE_MS, done);
    return isDone
      ? { stream: one.reading, progress: null }
      : { stream: null, progress: { looked: one.looked, of: one.of } };
  };
}

/** Whether something is done in time; rejects where it failed. */
async function within(ms: number, done: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), ms);
  // Nobody may be waiting any more when it fails.
  done.catch(() => undefined);
  try {
    return await Promise.race([done.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
