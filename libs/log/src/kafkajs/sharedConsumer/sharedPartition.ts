import type { FetchedRun } from '../../fence';
import type { FlowControl } from '../../runBuffer';

/** A follower of a partition. */
export interface Subscriber {
  /** The next offset wanted. */
  offset: number;
  /** Least time between two fetches that this follower needs; milliseconds. */
  minIntervalMs: () => number;
  /** Called with runs that go on from `offset`; the first may begin before it. */
  take(run: FetchedRun): void;
}

/** A follower's place in one partition of a shared fetch. */
export interface SharedSubscription {
  /** Leaves the follower out until `resume`; what comes meanwhile it misses. */
  pause(): void;
  /** False when what was missed is no longer there: the follower has to leave and fetch it by itself. */
  resume(): boolean;
  leave(): void;
}

/** A partition that somebody follows. */
export interface SharedPartition {
  /** Null for whom it has passed, or who would have to wait until it comes to where the follower is. */
  join(subscriber: Subscriber): SharedSubscription | null;
  push(run: FetchedRun): void;
  /** What its followers need, in milliseconds; infinite without any. */
  minIntervalMs(): number;
}

export interface SharedPartitionDeps {
  /** Where fetching begins. */
  start: number;
  /** Told to pause when nobody takes anything; not when the last one has left. */
  flow: FlowControl;
  /** The last one has left. */
  onEmpty(): void;
}

/** So much of what was fetched last is kept for who is a little behind. No larger run: it pins what it is cut from. */
export const KEPT_BYTES = 256 * 1024;

interface Member extends Subscriber {
  paused: boolean;
}

export function createSharedPartition({ start, flow, onEmpty }: SharedPartitionDeps): SharedPartition {
  const members = new Set<Member>();
  const history = createHistory(start);
  const isWanted = (): boolean => [...members].some(({ paused }) => !paused);

  function change(to: () => void): void {
    const before = isWanted();
    to();
    if (members.size === 0) return onEmpty();
    const wanted = isWanted();
    if (wanted === before) return;
    if (wanted) flow.resume();
    else flow.pause();
  }

  function catchUp(member: Member): void {
    for (const run of history.runs()) if (!member.paused) give(member, run);
  }

  return {
    join(subscriber) {
      if (!history.reaches(subscriber.offset)) return null;
      const member: Member = { ...subscriber, paused: false };
      if (members.size === 0) members.add(member);
      else change(() => members.add(member));
      catchUp(member);
      return {
        pause: () => change(() => (member.paused = true)),
        resume() {
          if (!history.reaches(member.offset)) return false;
          change(() => (member.paused = false));
          catchUp(member);
          return true;
        },
        leave: () => change(() => members.delete(member)),
      };
    },
    push(run) {
      history.push(run);
      for (const member of [...members]) if (!member.paused) give(member, run);
    },
    minIntervalMs: () => Math.min(...[...members].map((member) => member.minIntervalMs())),
  };
}

function give(member: Member, run: FetchedRun): void {
  if (run.next <= member.offset) return;
  member.offset = run.next;
  member.take(run);
}

/** The last runs of a partition. */
function createHistory(start: number) {
  const kept: { from: number; run: FetchedRun }[] = [];
  let next = start;
  let bytes = 0;
  let atHead = false;
  return {
    push(run: FetchedRun): void {
      kept.push({ from: next, run });
      bytes += run.bytes;
      while (bytes > KEPT_BYTES) bytes -= kept.shift()!.run.bytes;
      next = run.next;
      atHead = run.next >= run.head;
    },
    runs: (): FetchedRun[] => kept.map(({ run }) => run),
    /** Who is ahead of a consumer that is far behind would wait for all of what it has already. */
    reaches(offset: number): boolean {
      if (offset > next) return atHead;
      return offset >= (kept[0]?.from ?? next);
    },
  };
}
