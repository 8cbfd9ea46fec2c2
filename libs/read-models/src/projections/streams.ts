import type { ChatEvent, StreamType, TenantId } from '@threadlog/events';
import { integer, nullable, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import type { Projection } from './projection';

/** One row a stream, whatever its events: what the write side loads first. */
export const streamsTable = defineTable({
  name: 'streams',
  columns: {
    tenant_id: text<TenantId>(),
    stream_type: text<StreamType>(),
    stream_id: text(),
    version: integer(),
    last_timestamp: text(),
    partition: integer(),
    /** Time of the record that parked the stream; null while it is being projected. */
    parked_at: nullable(text()),
    /** Versions behind `version` that records which were discarded unread may have taken. */
    gap: integer('0'),
  },
  key: ['tenant_id', 'stream_type', 'stream_id'],
  guard: 'version',
});

export type StreamRow = RowOf<typeof streamsTable>;

/** The version every stream stands at; throws on a gap, which parks the stream. */
export const streams: Projection<StreamRow> = {
  table: streamsTable,
  remembered: true,
  touches: (event) => [
    {
      key: { tenant_id: event.tenant_id, stream_type: event.stream_type, stream_id: event.stream_id },
      name: `${event.tenant_id}/${event.stream_type}/${event.stream_id}`,
      fresh: event.stream_version === 1,
    },
  ],
  fold: (row, event, { place }) => foldStream(row, event, place.partition),
};

/** An event that cannot be the next of its stream: something before it was lost, or was written twice. */
export class StreamGapError extends Error {
  override readonly name = 'StreamGapError';
}

/**
 * A stream's row after an event of it. Versions have no gaps but those that discarded records may have left, so any
 * other hole is a fault of the log or of the writer and throws `StreamGapError`; a version seen before changes nothing.
 */
function foldStream(row: StreamRow | null, event: ChatEvent, partition: number): StreamRow {
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
