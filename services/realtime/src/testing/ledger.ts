import type { Frame } from '../frames';
import { untold, visibleFrom } from './truth';
import type { World } from './world';

export interface LedgerOptions {
  world: World;
  userId: string;
  /** Whether missed events must come one by one, too: the ring has them all. */
  oneByOne: boolean;
}

/** What one connection was told of each thread, and whether that is in order and complete. Throws at the first fault. */
export interface Ledger {
  /** A new connection that resumes from here. */
  begin(since: ReadonlyMap<string, number>): void;
  /** A frame about an event. */
  told(frame: Frame, threadId: string, seq: number): void;
  /** The end of a resume; true when it was waited for. */
  ended(threadId: string): boolean;
  /** Starts a thread over at this seq, or forgets it. */
  restart(frame: Frame, threadId: string, seq: number | null): void;
  isPending(threadId: string): boolean;
  readonly pending: number;
  fault(frame: Frame, what: string): never;
}

export function createLedger({ world, userId, oneByOne }: LedgerOptions): Ledger {
  const journal = new Map<string, string[]>();
  const newest = new Map<string, number>();
  const pending = new Set<string>();

  function note(threadId: string, line: string): void {
    journal.set(threadId, [...(journal.get(threadId) ?? []), line].slice(-15));
  }

  function fault(frame: Frame, what: string): never {
    const { threadId } = frame.payload as { threadId: string };
    throw new Error(`${userId}: ${what}: ${JSON.stringify(frame)} after ${journal.get(threadId)?.join(', ')}`);
  }

  function told(frame: Frame, threadId: string, seq: number): void {
    const last = newest.get(threadId);
    const end = frame.name === 'resumed';
    newest.set(threadId, seq);
    const { messageIndex } = frame.payload as { messageIndex?: number };
    if (messageIndex !== undefined && messageIndex < visibleFrom(world, { threadId, userId }, seq)) {
      fault(frame, 'is not for this user');
    }
    if (last !== undefined) {
      if (end ? seq < last : seq <= last) fault(frame, `came after ${last}`);
      const missed = oneByOne || !pending.has(threadId) ? untold(world, { threadId, userId }, [last, seq]) : null;
      if (missed) fault(frame, `${missed.event_type} ${missed.stream_version} is missing`);
    }
    note(threadId, `${frame.name} ${seq}`);
  }

  return {
    begin(since) {
      newest.clear();
      pending.clear();
      for (const [threadId, seq] of since) {
        newest.set(threadId, seq);
        pending.add(threadId);
        note(threadId, `begin ${seq}`);
      }
    },
    told,
    ended: (threadId) => pending.delete(threadId),
    restart(frame, threadId, seq) {
      note(threadId, `${frame.name} ${seq}`);
      if (seq === null) newest.delete(threadId);
      else newest.set(threadId, seq);
    },
    isPending: (threadId) => pending.has(threadId),
    get pending() {
      return pending.size;
    },
    fault,
  };
}
