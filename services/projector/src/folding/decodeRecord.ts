import { decodeEvent, type ChatEvent } from '@threadlog/events';
import type { LogBatch, LogRecord } from '@threadlog/log';

/** A record as the lane handles it. `control` changes nothing but the checkpoint; `mended` is of `decodeEvent`. */
export type Entry = Readonly<
  | { kind: 'event'; record: LogRecord; event: ChatEvent; known: boolean; mended: boolean }
  | { kind: 'control'; record: LogRecord }
  | { kind: 'undecodable'; record: LogRecord; reason: string }
  /** Written by no owner: every reader ignores it, so its stream goes on. */
  | { kind: 'foreign'; record: LogRecord; reason: string }
>;

/** Why a record that no owner wrote is in quarantine. */
export const NO_EPOCH = 'no valid epoch header';

/** Decodes a batch, its malformed records among the others, in the order of the log. */
export function decodeBatch(batch: Pick<LogBatch, 'records' | 'malformed'>): Entry[] {
  const entries = batch.records.map(decodeRecord);
  if (batch.malformed.length === 0) return entries;
  const foreign = batch.malformed.map((record): Entry => ({
    kind: 'foreign',
    record,
    reason: NO_EPOCH,
  }));
  return [...entries, ...foreign].sort((one, other) => one.record.offset - other.record.offset);
}

/** Several follow the same log in one process, and are handed the same records: whoever comes first decodes them. */
const decodedRecords = new WeakMap<LogRecord, Entry>();

/** Decodes a record, once. Nobody may change what comes out: others get the same. */
export function decodeRecord(record: LogRecord): Entry {
  let entry = decodedRecords.get(record);
  if (!entry) decodedRecords.set(record, (entry = decode(record)));
  return entry;
}

/**
 * An event of a type that only a newer build knows changes no row of ours, but it is one of its stream's versions: it is
 * folded like any event whose type nobody handles.
 */
function decode(record: LogRecord): Entry {
  const decoded = decodeEvent(record.value);
  switch (decoded.kind) {
    case 'event':
      return { kind: 'event', record, event: decoded.event, known: true, mended: decoded.mended };
    case 'control':
      return { kind: 'control', record };
    case 'undecodable':
      return { kind: 'undecodable', record, reason: decoded.reason };
    case 'unknown':
      // A newer build's control record has no stream.
      return decoded.event
        ? { kind: 'event', record, known: false, mended: false, event: decoded.event as ChatEvent }
        : { kind: 'control', record };
  }
}
