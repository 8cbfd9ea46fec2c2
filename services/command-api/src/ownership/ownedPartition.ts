import type { ChatEvent, OutgoingRecord } from '@threadlog/events';
import type { Appender } from '@threadlog/log';
import { createStreamCache, type CacheBounds, type StreamCache } from '../streams/streamCache';
import type { Overlay, OverlayEntry } from '../streams/overlay';
import type { Clock } from '../clock';
import type { ReadModel } from '../streams/ports';
import type { Lease } from './ports';
import { createPlaces, type PlacesOptions } from './places';
import type { LeaseDeadline } from './leaseDeadline';

/** What becomes of events that were decided: acked at an offset, or nobody knows. */
export interface PendingAppend {
  acked(lastOffset: number): void;
  unknown(): void;
}

/**
 * One epoch of one partition in the hands of this process: its overlay, its cached streams, its appends in flight.
 * All of it is worthless once the epoch is over, so it is dropped as one.
 */
export interface OwnedPartition {
  readonly lease: Lease;
  readonly overlay: Overlay;
  readonly streams: StreamCache;
  /** The read model's `parkings` when the parked keys were last read; null before. */
  parkings(): string | null;
  setParked(parkings: string, keys: ReadonlySet<string>): void;
  /** True while the lease *of this epoch* is held: what an answer must check after the broker's ack. */
  isHeld(): boolean;
  /** True while commands may be decided here. */
  isServing(): boolean;
  /** Appends what was just decided and folded; `pending` hears of the outcome exactly once. Same turn as the decision. */
  append(events: readonly ChatEvent[], records: readonly OutgoingRecord[], pending: PendingAppend): void;
  /** Events in flight. */
  inFlight(): number;
  /** No new decisions; what is in flight goes on. */
  stopServing(): void;
  /** Ends it: everything in flight is told `unknown`. Idempotent. */
  drop(cause: string): void;
  onDrop(listener: (cause: string) => void): void;
}

export interface OwnedPartitionOptions extends Omit<PlacesOptions, 'partition'> {
  lease: Lease;
  deadline: LeaseDeadline;
  overlay: Overlay;
  appender: Appender;
  readModel: ReadModel;
  clock: Clock;
  windowStart(): string;
  bounds?: CacheBounds;
}

export function createOwnedPartition(options: OwnedPartitionOptions): OwnedPartition {
  const { lease, deadline, overlay, appender, readModel, windowStart } = options;
  const inFlight = new Set<PendingAppend>();
  const listeners: ((cause: string) => void)[] = [];
  const { partition } = lease;
  let serving = true;
  let dropped = false;
  let parkings: string | null = null;
  const streams = createStreamCache({
    ...{ partition, overlay, readModel, windowStart },
    bounds: options.bounds,
  });
  const take = createPlaces({ ...options, partition });

  function drop(cause: string): void {
    if (dropped) return;
    dropped = true;
    serving = false;
    deadline.end();
    const unknown = [...inFlight];
    inFlight.clear();
    for (const pending of unknown) pending.unknown();
    for (const listener of listeners) listener(cause);
  }

  function settle(pending: PendingAppend, entries: readonly OverlayEntry[], baseOffset: number): void {
    const misplaced = take(baseOffset, entries.length);
    if (misplaced) return drop(misplaced);
    entries.forEach((entry, index) => {
      entry.offset = baseOffset + index;
    });
    // Whoever was told `unknown` by the drop is not told otherwise later.
    if (inFlight.delete(pending)) pending.acked(baseOffset + entries.length - 1);
  }

  return {
    lease,
    overlay,
    streams,
    parkings: () => parkings,
    setParked(next, keys) {
      parkings = next;
      streams.setParked(keys);
    },
    isHeld: () => !dropped && deadline.isRunning(),
    isServing: () => serving && deadline.isRunning(),
    append(events, records, pending) {
      const entries = events.map((event) => overlay.add(event, null));
      inFlight.add(pending);
      appender.append(partition, records).then(
        ({ baseOffset }) => settle(pending, entries, baseOffset),
        // The state above holds events that may never come to be: nothing more may be decided on it.
        (error: unknown) => drop(`append failed: ${error instanceof Error ? error.message : String(error)}`),
      );
    },
    inFlight: () => inFlight.size,
    stopServing() {
      serving = false;
    },
    drop,
    onDrop(listener) {
      listeners.push(listener);
    },
  };
}
