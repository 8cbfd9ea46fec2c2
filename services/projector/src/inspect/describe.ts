import { decodeEvent, type ActorRef, type ChatEvent, type ControlEvent } from '@threadlog/events';
import { maskedData } from './masked';
import type { Standing } from './standing';
import type { JudgedRecord } from './stretch';

/** A record of the log as it is listed: where it stands and what it is, never what people wrote. */
export interface LogRow {
  partition: number;
  offset: number;
  /** When it was appended. */
  at: string | null;
  standing: Standing | 'unreadable';
  /** The record key; the beginning of one that is longer than any of ours. */
  key: string;
  bytes: number;
  /** Null in what cannot be read. */
  type: string | null;
  tenant: string | null;
  stream: { type: string; id: string } | null;
  seq: number | null;
  actor: Pick<ActorRef, 'type' | 'id'> | null;
}

type Decoded = ReturnType<typeof decodeEvent>;

/** Longest text of a record that nothing bounds; ours are shorter. */
const MAX_TEXT = 600;

/** A listed record with what it says, masked. */
export interface LoggedRecord extends LogRow {
  eventId: string | null;
  /** Why it cannot be read. */
  fault: string | null;
  /** As JSON, sealed fields as `(sealed)`; null where it cannot be read. */
  data: string | null;
}

const NOBODYS = { type: null, tenant: null, stream: null, seq: null, actor: null };

/** How a record is listed. */
export function rowOf(judged: JudgedRecord, decoded: Decoded = decodeEvent(judged.record.value)): LogRow {
  const { record, standing } = judged;
  const { partition, offset, timestamp, key, value } = record;
  return {
    ...{ partition, offset, at: timeOf(timestamp), key: cut(key), bytes: value.length },
    standing: decoded.kind === 'undecodable' && standing === 'counts' ? 'unreadable' : standing,
    ...said(decoded),
  };
}

/** What a record says, without what people wrote. */
export function maskedRecord(judged: JudgedRecord): LoggedRecord {
  const decoded = decodeEvent(judged.record.value);
  return {
    ...rowOf(judged, decoded),
    eventId: eventOf(decoded)?.event_id ?? null,
    fault: decoded.kind === 'undecodable' ? cut(decoded.reason) : null,
    data: maskedText(decoded),
  };
}

/** The event of a stream that a record holds; null where it holds none that this build knows. */
export function knownEvent({ record }: JudgedRecord): ChatEvent | null {
  const decoded = decodeEvent(record.value);
  return decoded.kind === 'event' ? decoded.event : null;
}

function said(decoded: Decoded): Pick<LogRow, keyof typeof NOBODYS> {
  const event = eventOf(decoded);
  if (decoded.kind === 'undecodable') return NOBODYS;
  if (event === null || !('stream_id' in event))
    return { ...NOBODYS, type: cut(decoded.kind === 'unknown' ? decoded.type : decoded.event.event_type) };
  return {
    type: cut(event.event_type),
    tenant: event.tenant_id,
    stream: { type: event.stream_type, id: event.stream_id },
    seq: event.stream_version,
    actor: { type: event.actor.type, id: event.actor.id },
  };
}

const eventOf = (decoded: Decoded): ChatEvent | ControlEvent | null =>
  decoded.kind === 'undecodable' ? null : (decoded.event as ChatEvent | ControlEvent | null);

function maskedText(decoded: Decoded): string | null {
  if (decoded.kind === 'undecodable') return null;
  const event = decoded.event as ChatEvent | null;
  return event === null ? null : JSON.stringify(maskedData(event), null, 2);
}

/** A time that a date can say: a header of a record may hold any number. */
function timeOf(timestamp = NaN): string | null {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

const cut = (text: string): string => (text.length > MAX_TEXT ? text.slice(0, MAX_TEXT).toWellFormed() : text);
