import type { ChatEvent } from '@threadlog/events';
import { streamsTable, type EventPlace, type Projection, type RowRef, type StreamRow } from '@threadlog/read-models';
import type { Entry } from './decodeRecord';
import { isLoss } from './losses';
import type { RowSet } from './rowSet';

/** A record that goes into quarantine, and why. */
export interface Quarantined {
  entry: Entry;
  reason: string;
}

/** The first entry that is set aside by itself. Nothing of it, and nothing behind it, has been folded. */
export interface Unprocessable {
  index: number;
  /**
   * Park the streams of its record key; let it wait with them, which takes away what it takes away; or pass it over,
   * since an operator has discarded it.
   */
  remedy: 'park' | 'wait' | 'discard';
  reason: string;
}

export interface FoldOutcome {
  quarantined: Quarantined[];
  unprocessable: Unprocessable | null;
}

export interface FoldContext {
  projections: readonly Projection<object>[];
  partition: number;
  /** Record keys whose streams are parked: their events wait in quarantine, in order. */
  parked: ReadonlySet<string>;
  /** Offsets of records that an operator has discarded. */
  discarded: ReadonlySet<number>;
}

/** One row of one projection that an entry may change. */
export interface Touch {
  projection: Projection<object>;
  ref: RowRef;
}

/** An entry and the rows it may change, worked out once for reading and for folding. */
export interface Planned {
  entry: Entry;
  touches: readonly Touch[];
}

export function planEntries(entries: readonly Entry[], context: FoldContext): Planned[] {
  return entries.map((entry) => ({ entry, touches: touchesOf(entry, context) }));
}

const NOTHING: readonly Touch[] = [];

/**
 * The rows an entry may change: those of its event; of a parked one only the stream's own row; of a discarded one none, for
 * its keys may be what the store refuses.
 */
function touchesOf(entry: Entry, { projections, parked, discarded }: FoldContext): readonly Touch[] {
  if (entry.kind !== 'event') return NOTHING;
  const touches: Touch[] = [];
  const isParked = parked.has(entry.record.key);
  if (!isParked && discarded.has(entry.record.offset)) return NOTHING;
  for (const projection of projections) {
    if (isParked && projection.table.name !== streamsTable.name) continue;
    for (const ref of projection.touches(entry.event)) touches.push({ projection, ref });
  }
  return touches;
}

/**
 * Folds entries onto the rows, which must hold every row they touch and that exists. Ends at the first entry that cannot be applied.
 * Pure but for `rows`: the same entries on the same rows come to the same outcome.
 */
export function foldEntries(planned: readonly Planned[], rows: RowSet, context: FoldContext): FoldOutcome {
  const quarantined: Quarantined[] = [];
  for (const [index, plan] of planned.entries()) {
    const { entry } = plan;
    if (entry.kind === 'control') continue;
    if (entry.kind === 'foreign') {
      if (!context.discarded.has(entry.record.offset)) quarantined.push({ entry, reason: entry.reason });
      continue;
    }
    if (context.parked.has(entry.record.key)) {
      if (isLoss(entry)) return { quarantined, unprocessable: { index, remedy: 'wait', reason: WAITS } };
      quarantined.push({ entry, reason: foldParked(plan, rows, context) });
      continue;
    }
    if (context.discarded.has(entry.record.offset)) {
      return { quarantined, unprocessable: { index, remedy: 'discard', reason: 'discarded' } };
    }
    const failure = foldEntry(plan, rows, context);
    if (failure !== null) return { quarantined, unprocessable: { index, remedy: 'park', reason: failure } };
  }
  return { quarantined, unprocessable: null };
}

const WAITS = 'its stream is parked';

/** All of an event's rows or none: they are put in place only when every projection has folded. Null, or why not. */
function foldEntry({ entry, touches }: Planned, rows: RowSet, context: FoldContext): string | null {
  if (entry.kind !== 'event') return entry.kind === 'undecodable' ? entry.reason : null;
  const place = { partition: context.partition, offset: entry.record.offset };
  try {
    const changes = changesOf(entry.event, touches, { rows, place });
    for (const { projection, name, row } of changes) rows.change(projection, name, row);
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

function changesOf(
  event: ChatEvent,
  touches: readonly Touch[],
  { rows, place }: { rows: RowSet; place: EventPlace },
): { projection: Projection<object>; name: string; row: object }[] {
  const changes = [];
  // Nothing is in place before all have folded: what a projection sees of another is from before the event.
  const before = <Row extends object>(projection: Projection<Row>, name: string): Row | null =>
    (rows.get(projection as unknown as Projection<object>, name) ?? null) as Row | null;
  for (const { projection, ref } of touches) {
    const former = rows.get(projection, ref.name) ?? null;
    const row = projection.fold(former, event, { place, key: ref.key, before });
    if (row !== null && row !== former) changes.push({ projection, name: ref.name, row });
  }
  return changes;
}

/**
 * An event of a parked key waits in quarantine. A stream that begins while its root is parked gets its row at once,
 * parked: without one, the write side would take it for a stream that does not exist and number its events again.
 */
function foldParked({ entry, touches }: Planned, rows: RowSet, context: FoldContext): string {
  for (const { projection, ref } of touches) {
    if (entry.kind !== 'event' || (rows.get(projection, ref.name) ?? null) !== null) continue;
    const row: StreamRow = {
      tenant_id: entry.event.tenant_id,
      stream_type: entry.event.stream_type,
      stream_id: entry.event.stream_id,
      version: 0,
      last_timestamp: '',
      partition: context.partition,
      parked_at: entry.event.timestamp,
      gap: 0,
    };
    rows.change(projection, ref.name, row);
  }
  return WAITS;
}
