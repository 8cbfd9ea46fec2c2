import { ChatError, chatError } from '../errors.ts';
import type { Message, Thread } from '../generated/wire.ts';
import { backoffMs, delay } from '../http/backoff.ts';
import type { Page } from '../http/pages.ts';
import type { ThreadChanges } from '../resources/threads.ts';
import { applyFrame } from './applyFrame.ts';
import { seqOf, type Frame } from './frames.ts';
import { loaded, withChanges, withThread } from './threadData.ts';
import type { ThreadData } from './threadState.ts';

/**
 * `connecting`: nothing is held yet. `live`: all that happens comes in. `resuming`: what was missed is fetched.
 * `stale`: what is held may be old. `gone`: the thread was deleted, or is not the reader's any more.
 */
export type ViewStatus = 'connecting' | 'live' | 'resuming' | 'stale' | 'gone';

export interface SyncApi {
  thread(signal: AbortSignal): Promise<Thread>;
  newest(signal: AbortSignal): Promise<Page<Message>>;
  changes(since: number, signal: AbortSignal): Promise<ThreadChanges>;
  /** Asks for what came after this seq, by the socket. Resolves when all of it was sent. */
  join(since: number): Promise<unknown>;
}

export interface SyncDeps {
  api: SyncApi;
  /** Whether the socket stands. */
  up(): boolean;
  me(): string | null;
  get(): ThreadData | null;
  set(data: ThreadData): void;
  status(status: ViewStatus, error: ChatError | null): void;
  /** What is held grows no further than this. */
  bound(data: ThreadData): ThreadData;
}

export interface Sync {
  /** Begins, or goes on where it stood: what is held counts as old from now on. */
  start(): void;
  /** The connection is gone: what comes next is held back until it was asked what was missed. */
  pause(): void;
  stop(): void;
  /** A frame of this thread with a seq, or an end of a resume. */
  frame(frame: Frame): void;
}

/** Frames held back at most while what was missed is fetched; with more, the thread is read again. */
const MOST_HELD = 5000;
/** After so many refusals that trying again cannot mend, it waits for the next connection. */
const MOST_REFUSALS = 3;
const RETRY = { baseMs: 300, maxMs: 20_000 };

interface Run {
  deps: SyncDeps;
  abort: AbortController | null;
  /** Null while live: frames are applied as they come. */
  held: Frame[] | null;
  /** Highest seq among frames that were too many to be held. */
  lost: number;
  /** While nothing is held and the thread is read for the first time: that is not begun again. */
  reading: AbortSignal | null;
  /** How the join that waits ended. */
  end: { kind: 'resumed' | 'resync'; seq: number | null } | null;
}

/**
 * Keeps what is held of a thread without gaps. The seqs of frames have holes by nature, so a gap cannot be seen in them:
 * after each (re)connection the server is asked for what came since, and its word, `resumed`, is the proof. What it cannot
 * tell comes by `changes`, and what that cannot tell by reading the thread again.
 */
export function createSync(deps: SyncDeps): Sync {
  const run: Run = { deps, abort: null, held: [], lost: 0, reading: null, end: null };
  return {
    start() {
      if (run.reading) return;
      run.abort ??= new AbortController();
      again(run);
    },
    pause() {
      if (run.reading || !run.abort) return;
      run.abort.abort();
      run.abort = new AbortController();
      hold(run);
    },
    stop() {
      run.abort?.abort();
      run.abort = run.reading = null;
      hold(run);
    },
    frame: (frame) => take(run, frame),
  };
}

function hold(run: Run): void {
  run.held = [];
  run.lost = 0;
  run.end = null;
}

/** Until it is live, or the thread is gone, or it is stopped. */
async function follow(run: Run, signal: AbortSignal): Promise<void> {
  const { deps } = run;
  for (let failures = 1; !signal.aborted; failures++) {
    deps.status(deps.get() ? (deps.up() ? 'resuming' : 'stale') : 'connecting', null);
    try {
      return await reach(run, signal);
    } catch (error) {
      if (signal.aborted) return;
      const waitMs = failed(deps, chatError(error), failures);
      if (waitMs === null) return;
      await delay(waitMs, signal).catch(() => undefined);
    }
  }
}

/** How long to wait for another attempt; null where none makes sense. */
function failed(deps: SyncDeps, error: ChatError, failures: number): number | null {
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

/** Applies what was held back, in the order of the thread: frames of before the resume may have come before it. */
function release(run: Run, seq: number): void {
  const { deps } = run;
  const held = (run.held ?? []).toSorted(inOrder);
  run.held = null;
  const from = deps.get()!;
  const caughtUp = held.filter((frame) => (seqOf(frame) ?? Infinity) > from.seq).reduce(advance, from);
  deps.set(deps.bound({ ...caughtUp, seq: Math.max(caughtUp.seq, seq) }));
  deps.status('live', null);
}

/**
 * By seq; of one seq, a whole state before a part. A part that came live may stand on a state that is older than what the
 * resume tells whole under the same seq: applied first, it would make that look known.
 */
function inOrder(one: Frame, other: Frame): number {
  return (seqOf(one) ?? 0) - (seqOf(other) ?? 0) || Number(isWhole(other)) - Number(isWhole(one));
}
const isWhole = ({ name, payload }: Frame) => name === 'message:updated' && payload.message !== undefined;

const advance = (data: ThreadData, frame: Frame): ThreadData => {
  const next = applyFrame(data, frame);
  const seq = seqOf(frame) ?? 0;
  return seq > next.seq ? { ...next, seq } : next;
};

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

function take(run: Run, frame: Frame): void {
  const { deps } = run;
  if (frame.name === 'resumed' || frame.name === 'resync') return ended(run, frame);
  // Reading has no seq, so no resume tells it again: it is kept from the beginning.
  if (!deps.get() && (frame.name !== 'message:read' || !run.held)) return;
  if (run.held) {
    run.held.push(frame);
    if (run.held.length > MOST_HELD) run.lost = Math.max(run.lost, seqOf(run.held.shift()!) ?? 0);
    return;
  }
  const data = deps.get()!;
  if (isMissing(data, frame)) return restart(run, frame);
  deps.set(deps.bound(advance(data, frame)));
}

/** A message that skips an index: what is between was never told. */
function isMissing(data: ThreadData, { name, payload }: Frame): boolean {
  return name === 'message:new' && payload.messageIndex > data.newestIndex + 1;
}

/** Asks again from what is proven; what skipped counts as heard of, so that this happens once. */
function restart(run: Run, frame: Frame): void {
  const { deps } = run;
  const { messageIndex } = frame.payload as Message;
  deps.set({ ...deps.get()!, newestIndex: messageIndex - 1 });
  again(run);
  run.held?.push(frame);
}

function again(run: Run): void {
  if (!run.abort) return;
  run.abort.abort();
  run.abort = new AbortController();
  hold(run);
  void follow(run, run.abort.signal);
}

function ended(run: Run, { name, payload }: Frame<'resumed'> | Frame<'resync'>): void {
  const { deps } = run;
  if (!deps.get()) return;
  if (run.held === null) {
    // Without having been asked for: this socket lost something.
    if (name === 'resync') again(run);
    return;
  }
  if (name === 'resumed' && run.lost === 0) release(run, payload.seq);
  else run.end = { kind: name, seq: payload.seq };
}

const behind = (message: string) => new ChatError('behind', message, { retryable: true });
