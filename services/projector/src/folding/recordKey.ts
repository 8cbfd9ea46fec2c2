import { STREAM_TYPES, type StreamType } from '@threadlog/events';
import type { Entry } from './decodeRecord';

export interface RecordKeyParts {
  tenantId: string;
  streamType: StreamType;
  streamId: string;
}

/** Above every key a stream can have; an index takes no more than 2.7 kB. */
export const KEY_CHARACTERS = 600;

/** The stream a record key names; null for one that no stream has. */
export function parseRecordKey(key: string): RecordKeyParts | null {
  const [tenantId, streamType, streamId, ...rest] = key.split('/');
  const known = STREAM_TYPES.find((type) => type === streamType && type !== 'control');
  if (!tenantId || !streamId || !known || rest.length > 0) return null;
  if (key.length > KEY_CHARACTERS || key.includes('\0') || !key.isWellFormed()) return null;
  return { tenantId, streamType: known, streamId };
}

/** The stream a record says it is of, if its key agrees; else that of the key. Null where there is none. */
export function streamOf({ record }: Entry): RecordKeyParts | null {
  const key = parseRecordKey(record.key);
  const id = /^thread\/(.*)$/s.exec(record.headers.ce_subject ?? '')?.[1];
  if (key?.streamType !== 'thread' || !id?.startsWith(`${key.streamId}~`)) return key;
  return parseRecordKey(`${key.tenantId}/thread/${id}`);
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** The record's own time, so that every rebuild comes to the same. */
export function timeOf(entry: Entry): string {
  if (entry.kind === 'event') return entry.event.timestamp;
  const { ce_time: time = '' } = entry.record.headers;
  return TIMESTAMP.test(time) ? time : '1970-01-01T00:00:00.000000Z';
}
