import type { ChatError } from '../errors.ts';
import type { Message, Thread } from '../generated/wire.ts';
import type { Page } from '../http/pages.ts';
import type { ThreadChanges } from '../resources/threads.ts';
import { applyFrame } from './applyFrame.ts';
import { seqOf, type Frame } from './frames.ts';
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

export interface Run {
  deps: SyncDeps;
  abort: AbortController | null;
  /** Null while live: frames are applied as they come. */
  held: Frame[] | null;
  /** Highest seq among frames that were too many to be held. */
  lost: number;
  /** While nothing is held and the thread is read for the first time: that is not begun again. */
  reading: AbortSignal | null;
  /** Whether the socket told that the thread is there, and it was not read since. */
  isThere: boolean;
  /** How the join that waits ended. */
  end: { kind: 'resumed' | 'resync'; seq: number | null } | null;
}

export function hold(run: Run): void {
  run.held = [];
  run.lost = 0;
  run.end = null;
}

/** Applies what was held back, in the order of the thread: frames of before the resume may have come before it. */
export function release(run: Run, seq: number): void {
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

export const advance = (data: ThreadData, frame: Frame): ThreadData => {
  const next = applyFrame(data, frame);
  const seq = seqOf(frame) ?? 0;
  return seq > next.seq ? { ...next, seq } : next;
};
