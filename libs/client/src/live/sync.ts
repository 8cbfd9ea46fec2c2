import type { Message } from '../generated/wire.ts';
import { follow } from './catchUp.ts';
import { seqOf, type Frame } from './frames.ts';
import { advance, hold, release, type Run, type SyncDeps } from './syncRun.ts';
import type { ThreadData } from './threadState.ts';

export interface Sync {
  /**
   * Begins, or goes on where it stood: what is held counts as old from now on.
   * @param isThere the socket has just told that it is: a read model that does not have it yet is behind.
   */
  start(isThere?: boolean): void;
  /** The connection is gone: what comes next is held back until it was asked what was missed. */
  pause(): void;
  stop(): void;
  /** A frame of this thread with a seq, or an end of a resume. */
  frame(frame: Frame): void;
}

/** Frames held back at most while what was missed is fetched; with more, the thread is read again. */
const MOST_HELD = 5000;
/**
 * Keeps what is held of a thread without gaps. The seqs of frames have holes by nature, so a gap cannot be seen in them:
 * after each (re)connection the server is asked for what came since, and its word, `resumed`, is the proof. What it cannot
 * tell comes by `changes`, and what that cannot tell by reading the thread again.
 */
export function createSync(deps: SyncDeps): Sync {
  const run: Run = { deps, abort: null, held: [], lost: 0, reading: null, end: null, isThere: false };
  return {
    start(isThere = false) {
      run.isThere ||= isThere;
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
      run.isThere = false;
      hold(run);
    },
    frame: (frame) => take(run, frame),
  };
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
