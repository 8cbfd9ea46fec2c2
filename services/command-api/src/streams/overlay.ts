import { streamName, type ChatEvent } from '@threadlog/events';

/** An event that the read model may not have yet. Its offset is null until the broker has acked it. */
export interface OverlayEntry {
  event: ChatEvent;
  offset: number | null;
}

/**
 * The events of one partition above the read model's checkpoint: those found in the log when the partition was taken
 * over, then this owner's own, from the moment they are decided. Row plus overlay is the state that decisions see.
 */
export interface Overlay {
  /** Adds the next event of the partition, in log order. */
  add(event: ChatEvent, offset: number | null): OverlayEntry;
  /** Events of a stream still here, in version order. */
  eventsOf(name: string): readonly OverlayEntry[];
  /** Forgets what the checkpoint has passed. Events without an offset stay, and so does everything behind them. */
  prune(nextOffset: number): void;
  /** Rows read at a checkpoint below this may miss events that are gone from here: such a read is repeated. */
  prunedTo(): number;
  size(): number;
}

const NONE: readonly OverlayEntry[] = [];
const COMPACT_AT = 4_096;
/** Events of a partition that may wait for the read model; beyond them commands are refused until it catches up. */
export const MAX_OVERLAY_EVENTS = 100_000;

export function nameOf(event: ChatEvent): string {
  return streamName({ tenantId: event.tenant_id, type: event.stream_type, id: event.stream_id });
}

export function createOverlay(startOffset: number): Overlay {
  const byStream = new Map<string, OverlayEntry[]>();
  let order: OverlayEntry[] = [];
  let head = 0;
  let pruned = startOffset;

  /** Drops the first `count` entries of each stream named; one splice a stream, however many go. */
  function forget(counts: Map<string, number>): void {
    for (const [name, count] of counts) {
      const entries = byStream.get(name)!;
      if (entries.length === count) byStream.delete(name);
      else entries.splice(0, count);
    }
  }

  return {
    add(event, offset) {
      const entry = { event, offset };
      order.push(entry);
      const name = nameOf(event);
      const entries = byStream.get(name);
      if (entries) entries.push(entry);
      else byStream.set(name, [entry]);
      return entry;
    },
    eventsOf: (name) => byStream.get(name) ?? NONE,
    prune(nextOffset) {
      pruned = Math.max(pruned, nextOffset);
      const gone = new Map<string, number>();
      for (let entry = order[head]; entry && entry.offset !== null && entry.offset < nextOffset; entry = order[head]) {
        const name = nameOf(entry.event);
        gone.set(name, (gone.get(name) ?? 0) + 1);
        head += 1;
      }
      forget(gone);
      if (head > COMPACT_AT) {
        order = order.slice(head);
        head = 0;
      }
    },
    prunedTo: () => pruned,
    size: () => order.length - head,
  };
}
