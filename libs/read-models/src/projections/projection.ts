import type { ChatEvent, Sealed, TenantId } from '@threadlog/events';
import type { Table } from '../tables/table';

/** Text of a sealed blob (`v1.…`) as stored in a column; null when there is none or it was scrubbed. */
export type SealedText = string | null;

/** Column form of a sealed field. */
export function sealedText(value: Sealed | null | undefined): SealedText {
  return value ? value.sealed : null;
}

/** Where an event stands in the log. */
export interface EventPlace {
  partition: number;
  offset: number;
}

/** A row an event may change. */
export interface RowRef<Row extends object = object> {
  /** The primary key, as columns. */
  key: Partial<Row>;
  /** The primary key as one string. */
  name: string;
  /** True when the row cannot have existed before this event, so that nothing needs to be read. */
  fresh: boolean;
}

/**
 * One table of the read model as a fold of the log. Both functions are pure: they run again on the same events after
 * any failure, and again in every rebuild.
 */
export interface Projection<Row extends object> {
  table: Table<Row>;
  /** True where the next event of a stream is likely to change the same rows: they are remembered between batches. */
  remembered: boolean;
  /** The rows an event may change; none for most events of most projections. */
  touches(event: ChatEvent): RowRef<Row>[];
  /** A row after the event. Returns the given row itself when nothing changed. */
  fold(row: Row | null, event: ChatEvent, given: FoldGiven<Row>): Row | null;
}

export interface FoldGiven<Row extends object> {
  place: EventPlace;
  key: Partial<Row>;
  /** A row that the event touches in another projection, as it was before the event; null where there is none. */
  before<Other extends object>(projection: Projection<Other>, name: string): Other | null;
}

/** No row. One array for all: it is asked for with every event. */
export const UNTOUCHED: never[] = [];

/** The row that a table has for the thread whose stream an event belongs to. */
export function threadTouched({ event_type, tenant_id, stream_id }: ChatEvent): RowRef<ThreadKey>[] {
  const key = { tenant_id, thread_id: stream_id };
  return [{ key, name: `${tenant_id}/${stream_id}`, fresh: event_type === 'CHAT_THREAD_CREATED' }];
}

interface ThreadKey {
  tenant_id: TenantId;
  thread_id: string;
}
