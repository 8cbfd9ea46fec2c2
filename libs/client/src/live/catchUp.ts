import { ChatError, chatError } from '../errors.ts';
import { backoffMs, delay } from '../http/backoff.ts';
import { release, type Run } from './syncRun.ts';
import { loaded, withChanges, withThread } from './threadData.ts';
import type { ThreadData } from './threadState.ts';

/** After so many refusals that trying again cannot mend, it waits for the next connection. */
const MOST_REFUSALS = 3;
/** And after so many where the read model has no thread that is there: seconds. */
const MOST_ABSENCES = 6;
const RETRY = { baseMs: 300, maxMs: 20_000 };

/** Until it is live, or the thread is gone, or it is stopped. */
export async function follow(run: Run, signal: AbortSignal): Promise<void> {
  const { deps } = run;
  for (let failures = 1; !signal.aborted; failures++) {
    deps.status(deps.get() ? (deps.up() ? 'resuming' : 'stale') : 'connecting', null);
    try {
      await reach(run, signal);
      if (!signal.aborted) run.isThere = false;
      return;
    } catch (error) {
      if (signal.aborted) return;
      const waitMs = failed(run, chatError(error), failures);
      if (waitMs === null) return;
      await delay(waitMs, signal).catch(() => undefined);
    }
  }
}

/** How long to wait for another attempt; null where none makes sense. */
function failed({ deps, isThere }: Run, error: ChatError, failures: number): number | null {
  const isBehind = isThere && failures < MOST_ABSENCES && isGone(error);
  if (isBehind) return backoffMs(failures, RETRY);
  const gone = isGone(error);
  deps.status(gone ? 'gone' : deps.get() ? 'stale' : 'connecting', error);
  if (gone || (!error.retryable && failures >= MOST_REFUSALS)) return null;
  return Math.max(error.retryAfterMs ?? 0, backoffMs(failures, RETRY));
}

/** One attempt. Without a connection it reads the thread at most; the rest is for when there is one. */
async function reach(run: Run, signal: AbortSignal): Promise<void> {
  const { deps } = run;
  const known = deps.get() !== null;
  // Who read what before the socket stood was told to nobody here, and the thread may have been read before that.
  const deaf = known || !deps.up();
  if (!known) await readFirst(run, signal);
  if (signal.aborted || !deps.up()) return;
  await catchUp(run, signal);
  if (deaf) await refresh(run, signal).catch(() => undefined);
}

async function readFirst(run: Run, signal: AbortSignal): Promise<void> {
  run.reading = signal;
  try {
    await read(run, signal);
  } finally {
    if (run.reading === signal) run.reading = null;
  }
}

const isGone = ({ code, status }: ChatError) => code === 'not_found' || status === 403 || status === 410;

/** The thread first: its page is at least as new then. */
async function read({ deps }: Run, signal: AbortSignal): Promise<void> {
  const thread = await deps.api.thread(signal);
  const page = await deps.api.newest(signal);
  if (!signal.aborted) deps.set(loaded(deps.me(), thread, page));
}

/** A thread that was read without a connection does not know yet whose it is. */
function named(data: ThreadData, me: string | null): ThreadData {
  return data.me === null && me !== null ? { ...data, me } : data;
}

async function catchUp(run: Run, signal: AbortSignal): Promise<void> {
  const { deps } = run;
  deps.set(named(deps.get()!, deps.me()));
  for (let attempt = 0; attempt < 3; attempt++) {
    run.end = null;
    await deps.api.join(deps.get()!.seq);
    if (signal.aborted || run.held === null) return;
    const end = run.end as Run['end'];
    if (end === null) throw behind('The server did not say how the resume ended.');
    if (await bridge(run, end.seq, signal)) return;
  }
  throw behind('The thread could not be brought up to date.');
}

/** Fetches what the server could not send, up to a seq. False: that seq is not known, so it has to be asked again. */
async function bridge(run: Run, seq: number | null, signal: AbortSignal): Promise<boolean> {
  const { deps } = run;
  for (let attempt = 1; attempt <= 8; attempt++) {
    const changes = await deps.api.changes(deps.get()!.seq, signal);
    if (signal.aborted) return true;
    // What is held back stays: it may be newer than what the read model has.
    if (changes.resync) await read(run, signal);
    else deps.set(deps.bound(withChanges(deps.get()!, changes)));
    if (signal.aborted) return true;
    if (seq === null) return false;
    const { seq: reached } = deps.get()!;
    if (reached >= Math.max(seq, run.lost)) {
      release(run, reached);
      return true;
    }
    // The read model is behind the log, by milliseconds as a rule.
    await delay(50 * 2 ** attempt, signal);
  }
  throw behind('The read model is behind.');
}

/** Reading is not resumed: who has read what, and what is unread, is asked for after a gap. */
async function refresh({ deps }: Run, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; attempt <= 6; attempt++) {
    const thread = await deps.api.thread(signal);
    if (signal.aborted) return;
    const data = withThread(deps.get()!, thread);
    if (data !== deps.get()) return deps.set(data);
    // The read model is behind what the socket told.
    await delay(50 * 2 ** attempt, signal);
  }
}

const behind = (message: string) => new ChatError('behind', message, { retryable: true });
