import type { HandOnRule } from '../../handOn';

/** Where one partition is read. */
export interface Cursor {
  /** The next offset wanted: everything below was handed on, fetched or as this process's own. */
  offset: number;
  /** The offset that the consumer fetches next; behind `offset` where records were handed on without a fetch. */
  fetchOffset: number;
  /** The end of what this process has appended. */
  ackedTo: number;
  /** When it was acked last, in milliseconds. */
  ackedAt: number;
  /** When a fetch brought something, in milliseconds; records of our own that it was faster with are among that. */
  fetchedAt: number;
  /** Whether the partition is asked for at all, and nobody paused it. */
  active: boolean;
  /** The consumer stands elsewhere; it is being found out why. */
  lost: boolean;
}

export const BEGINNING: Cursor = {
  offset: 0,
  fetchOffset: 0,
  ackedTo: 0,
  ackedAt: -Infinity,
  fetchedAt: -Infinity,
  active: false,
  lost: false,
};

/** A fetch has come up to `next`; returns where the cursor stood. */
export function advance(cursor: Cursor, next: number): number {
  const { offset } = cursor;
  cursor.fetchOffset = next;
  if (next > offset) Object.assign(cursor, { offset: next, fetchedAt: performance.now() });
  return offset;
}

/** How long somebody who wrote to a partition is taken to write on; milliseconds. */
const FOREIGN_MS = 10_000;

/** Whether the last of it was this process's own. */
function hasOwn({ active, offset, ackedTo }: Cursor): boolean {
  return active && ackedTo > 0 && offset === ackedTo;
}

function isOwn({ active, offset, ackedTo, fetchedAt }: Cursor): boolean {
  if (!active || offset === ackedTo) return true;
  return offset > ackedTo && performance.now() - fetchedAt > FOREIGN_MS;
}

/** This process has appended the offsets up to `next`. */
export function handOn(
  cursor: Cursor,
  { baseOffset, next, rule }: { baseOffset: number; next: number; rule: HandOnRule },
) {
  cursor.ackedTo = Math.max(cursor.ackedTo, next);
  cursor.ackedAt = performance.now();
  if (!cursor.active || cursor.lost) return 'unwanted';
  const outcome = rule(cursor.offset, baseOffset);
  if (outcome === 'taken') cursor.offset = next;
  return outcome;
}

/** Whether everything that came of late was this process's own, and nothing of it is missing. */
export function areOwn(cursors: readonly Cursor[]): boolean {
  return cursors.some(hasOwn) && cursors.every(isOwn);
}

/** How soon this process is taken to write again where it has written; milliseconds. */
const WRITING_MS = 1_000;

/** Whether that may be so in a moment: what a fetch was faster with than its ack may be this process's own. */
export function mayBeOwn(cursors: readonly Cursor[]): boolean {
  const isWriting = ({ active, ackedAt }: Cursor): boolean => active && performance.now() - ackedAt < WRITING_MS;
  return (
    cursors.some(isWriting) &&
    cursors.every((cursor) => isOwn(cursor) || (isWriting(cursor) && cursor.offset > cursor.ackedTo))
  );
}
