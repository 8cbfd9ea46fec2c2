import type { ChatEvent } from '@threadlog/events';
import { streamsTable, type StreamRow } from '@threadlog/read-models';
import type { EventPlace, Projection, RowRef } from '../projections/projection';
import type { Entry } from './decodeRecord';
import type { RowSet } from './rowSet';

/**
 * Events that take something away from somebody. Leaving one out would show what must not be seen, so a lane that
 * cannot apply it stops instead.
 */
export const NEVER_SKIPPED: ReadonlySet<string> = new Set(['CHAT_PARTICIPANT_REMOVED', 'CHAT_PRIVACY_SUBJECT_ERASED']);

/** A record that goes into quarantine, and why. */
export interface Quarantined {
  entry: Entry;
  reason: string;
}

/** The first entry that cannot be applied. Nothing of it, and nothing behind it, has been folded. */
export interface Obstacle {
  index: number;
  /** Park the streams of its record key and go on, or halt the lane. */
  remedy: 'park' | 'halt';
  reason: string;
}

export interface FoldOutcome {
  quarantined: Quarantined[];
  obstacle: Obstacle | null;
}

export interface FoldContext {
  projections: readonly Projection<object>[];
  partition: number;
  /** Record keys whose streams are parked: their events wait in quarantine, in order. */
  parked: ReadonlySet<string>;
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

/** The rows an entry may change: those of its event; of a parked one only the stream's own row. */
function touchesOf(entry: Entry, { projections, parked }: FoldContext): readonly Touch[] {
  if (entry.kind !== 'event') return NOTHING;
  const touches: Touch[] = [];
  const isParked = parked.has(entry.record.key);
  for (const projection of projections) {
    if (isParked && projection.table.name !== streamsTable.name) continue;
    for (const ref of projection.touches(entry.event)) touches.push({ projection, ref });
  }
  return touches;
}

/**
 * Folds entries onto the rows, which must hold every row they touch and that exists. Ends at the first obstacle.
 * Pure but for `rows`: the same entries on the same rows come to the same outcome.
 */
export function foldEntries(planned: readonly Planned[], rows: RowSet, context: FoldContext): FoldOutcome {
  const quarantined: Quarantined[] = [];
  for (const [index, plan] of planned.entries()) {
    const { entry } = plan;
    if (entry.kind === 'control') continue;
    if (entry.kind === 'foreign') {
      quarantined.push({ entry, reason: entry.reason });
      continue;
    }
    const failure = context.parked.has(entry.record.key)
      ? foldParked(plan, rows, context)
      : foldEntry(plan, rows, context);
    if (failure === null) continue;
    const halts = NEVER_SKIPPED.has(typeOf(entry));
    if (halts) return { quarantined, obstacle: { index, remedy: 'halt', reason: failure } };
    if (!context.parked.has(entry.record.key)) {
      return { quarantined, obstacle: { index, remedy: 'park', reason: failure } };
    }
    quarantined.push({ entry, reason: failure });
  }
  return { quarantined, obstacle: null };
}

/** The type of an event, as far as it can be told from an undecodable record. */
export function typeOf(entry: Entry): string {
  return entry.kind === 'event' ? entry.event.event_type : (entry.record.headers.ce_type ?? '');
}

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
  for (const { projection, ref } of touches) {
    const before = rows.get(projection, ref.name) ?? null;
    const row = projection.fold(before, event, { place, key: ref.key });
    if (row !== null && row !== before) changes.push({ projection, name: ref.name, row });
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
    };
    rows.change(projection, ref.name, row);
  }
  return 'its stream is parked';
}
