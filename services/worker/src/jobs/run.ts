import type { JsonObject } from '@threadlog/events';
import type { JobRun } from './job';
import type { JobMark, JobStore, StoredJob } from './store';

const MARK_EVERY_MS = 250;

/** A run of a stored job; `settled` resolves when no note is being written any more. */
export function createRun(
  { request, state, step }: StoredJob,
  store: JobStore,
  signal: AbortSignal,
): JobRun<JsonObject> & { settled(): Promise<void> } {
  let mark: JobMark = { step: step ?? 'begin', done: 0, total: null };
  let markedAt = -Infinity;
  let writing: Promise<void> = Promise.resolve();

  const run: JobRun<JsonObject> = {
    request,
    state,
    signal,
    async save(next, { step: at, done = 0, total = null }) {
      mark = { step: at, done, total };
      await writing;
      await store.save(request, next, mark);
    },
    progress(done, total = mark.total) {
      mark = { ...mark, done, total };
      if (performance.now() - markedAt < MARK_EVERY_MS) return;
      markedAt = performance.now();
      const now = mark;
      // Only a hint for whoever watches: a note that could not be written is no failure of the job.
      writing = writing.then(() => store.mark(request, now)).catch(() => undefined);
    },
  };
  return Object.assign(run, { settled: () => writing });
}
