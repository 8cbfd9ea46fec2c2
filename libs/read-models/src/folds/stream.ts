import type { ChatEvent } from '@threadlog/events';
import type { StreamRow } from '../rows';

/** An event that cannot be the next of its stream: something before it was lost, or was written twice. */
export class StreamGapError extends Error {
  override readonly name = 'StreamGapError';
}

/**
 * A stream's row after an event of it. Versions have no gaps but those that discarded records may have left, so any
 * other hole is a fault of the log or of the writer and throws `StreamGapError`; a version seen before changes nothing.
 */
export function foldStream(row: StreamRow | null, event: ChatEvent, partition: number): StreamRow {
  const { version, gap, parked_at } = row ?? NOT_BEGUN;
  if (row && event.stream_version <= version) return row;
  if (event.stream_version > version + 1 + gap) {
    throw new StreamGapError(`stream stands at version ${version}, the event has ${event.stream_version}`);
  }
  return {
    tenant_id: event.tenant_id,
    stream_type: event.stream_type,
    stream_id: event.stream_id,
    version: event.stream_version,
    last_timestamp: event.timestamp,
    partition: row?.partition ?? partition,
    parked_at,
    gap: 0,
  };
}

const NOT_BEGUN = { version: 0, gap: 0, parked_at: null } as const;
