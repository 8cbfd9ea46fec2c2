import type { Consumer } from 'kafkajs';
import { handOnRule } from '../../handOn';
import type { LogConsumerDeps } from './deps';
import { advance, areOwn, BEGINNING, handOn, mayBeOwn, type Cursor } from './cursor';
import { recover, type RelocateDeps } from './relocate';

export type CursorsDeps = RelocateDeps & Pick<LogConsumerDeps, 'partitions'>;

/** Where each partition is to be fetched, whatever the consumer's group, restarts and rebalances make of it. */
export interface Cursors {
  set(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** The consumer has joined: tells it all cursors, at once. */
  attach(consumer: Consumer): void;
  /** There is no consumer to talk to until the next join. */
  detach(): void;
  /** Nobody wants anything any more. */
  end(): void;
  /** Whether a batch that was asked for with this offset is what was asked for; if not, it is put right. */
  accepts(partition: number, fetchedOffset: number): boolean;
  /** A fetch has come up to `next`. Returns the offset from which on that is new; nothing is where it is `next` or more. */
  advance(partition: number, next: number): number;
  /** This process has appended the offsets up to `next`: the cursor moves if they are the ones it stands at. */
  handOn(partition: number, baseOffset: number, next: number): ReturnType<typeof handOn>;
  /** Makes the consumer fetch behind what was handed on. */
  passOver(): void;
  /** Whether everything that came of late was this process's own, and nothing of it is missing. */
  areOwn(): boolean;
  /** Whether that may be so once the acks have come of what was just fetched. */
  mayBeOwn(): boolean;
  /** Offsets without records: the cursor moves if they are the ones it stands at. */
  skip(partition: number, first: number, next: number): void;
}

function cursorOf(cursors: readonly Cursor[], partition: number): Cursor {
  const cursor = cursors[partition];
  if (!cursor) throw new RangeError(`no partition ${partition}`);
  return cursor;
}

export function createCursors(deps: CursorsDeps, rule = handOnRule): Cursors {
  const { topic, partitions, onRun } = deps;
  const cursors = Array.from({ length: partitions }, (): Cursor => ({ ...BEGINNING }));
  let consumer: Consumer | null = null;

  const at = (partition: number): Cursor => cursorOf(cursors, partition);

  function apply(partition: number): void {
    const { active, lost } = at(partition);
    if (active && !lost) consumer?.resume([{ topic, partitions: [partition] }]);
    else consumer?.pause([{ topic, partitions: [partition] }]);
    seek(partition, at(partition));
  }

  function seek(partition: number, cursor: Cursor): void {
    cursor.fetchOffset = cursor.offset;
    consumer?.seek({ topic, partition, offset: String(cursor.offset) });
  }

  return {
    set(partition, offset) {
      Object.assign(at(partition), { offset, active: true });
      apply(partition);
    },
    pause(partition) {
      at(partition).active = false;
      consumer?.pause([{ topic, partitions: [partition] }]);
    },
    resume(partition) {
      at(partition).active = true;
      apply(partition);
    },
    attach(joined) {
      consumer = joined;
      for (const partition of cursors.keys()) apply(partition);
    },
    detach: () => void (consumer = null),
    end() {
      consumer = null;
      for (const cursor of cursors) cursor.active = false;
    },
    accepts(partition, fetchedOffset) {
      const cursor = at(partition);
      if (!cursor.active || cursor.lost) return false;
      if (fetchedOffset === cursor.fetchOffset) return true;
      void recover(deps, partition, { cursor, fetchedOffset, apply });
      return false;
    },
    advance: (partition, next) => advance(at(partition), next),
    handOn: (partition, baseOffset, next) => handOn(at(partition), { baseOffset, next, rule }),
    passOver() {
      for (const [partition, cursor] of cursors.entries())
        if (cursor.active && !cursor.lost && cursor.fetchOffset < cursor.offset) seek(partition, cursor);
    },
    areOwn: () => areOwn(cursors),
    mayBeOwn: () => mayBeOwn(cursors),
    skip(partition, first, next) {
      const cursor = at(partition);
      if (!cursor.active || first !== cursor.fetchOffset || advance(cursor, next) >= next) return;
      onRun({ partition, records: [], next, head: next, bytes: 0 });
    },
  };
}
