import { foldStream, streamsTable, type StreamRow } from '@threadlog/read-models';
import type { Projection } from './projection';

/** The version every stream stands at, whatever its events; throws on a gap, which parks the stream. */
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
