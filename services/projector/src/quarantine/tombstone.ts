import type { Queryable } from '@threadlog/read-models';
import type { Entry } from '../folding/decodeRecord';
import { streamOf } from '../folding/recordKey';

/**
 * Moves a stream past a record that was discarded. One that could be read has its version, whatever came before it. Of
 * one that could not be read nobody knows whether it had one: the stream may go on with either number.
 */
export async function passDiscarded(client: Queryable, schema: string, entry: Entry): Promise<void> {
  if (entry.kind === 'event') return passEvent(client, schema, entry);
  const stream = streamOf(entry);
  if (!stream) return;
  await client.query(
    `insert into ${schema}.streams as s (tenant_id, stream_type, stream_id, version, last_timestamp, partition, gap)
     values ($1, $2, $3, 0, '', $4, 1)
     on conflict (tenant_id, stream_type, stream_id) do update set gap = s.gap + 1`,
    [stream.tenantId, stream.streamType, stream.streamId, entry.record.partition],
  );
}

async function passEvent(
  client: Queryable,
  schema: string,
  { event, record }: Extract<Entry, { kind: 'event' }>,
): Promise<void> {
  const { tenant_id, stream_type, stream_id, stream_version, timestamp } = event;
  await client.query(
    `insert into ${schema}.streams as s (tenant_id, stream_type, stream_id, version, last_timestamp, partition)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, stream_type, stream_id)
       do update set version = $4, last_timestamp = $5, gap = 0 where s.version < $4`,
    [tenant_id, stream_type, stream_id, stream_version, timestamp, record.partition],
  );
  if (stream_type !== 'thread') return;
  await client.query(
    `update ${schema}.threads set version = $3 where tenant_id = $1 and thread_id = $2 and version < $3`,
    [tenant_id, stream_id, stream_version],
  );
}
