import type { Queryable } from '@threadlog/read-models';
import type { Entry } from '../folding/decodeRecord';
import { parseRecordKey, timeOf, type RecordKeyParts } from '../folding/recordKey';
import { storableKey } from '../storage/commitBatch';

/** Condition on rows of a table for all streams of a record key given in $1 and $2: a root and its sub-threads. */
const ofKey = (column: string): string => `(${column} = $2 or starts_with(${column}, $2 || '~'))`;
const STREAMS_OF_KEY = `tenant_id = $1 and ${ofKey('stream_id')} and stream_type = $3`;
const THREADS_OF_KEY = `tenant_id = $1 and ${ofKey('thread_id')}`;

/** Parks the streams of a record's key, unless they are; the write side must find them even where nothing of them was ever projected. */
export async function parkStreams(client: Queryable, schema: string, entry: Entry): Promise<void> {
  const { partition, offset, key: recordKey } = entry.record;
  await client.query(
    `insert into ${schema}.parked_keys (record_key, partition, since_offset) values ($1, $2, $3) on conflict do nothing`,
    [storableKey(recordKey), partition, offset],
  );
  await client.query(`update ${schema}.checkpoints set parkings = parkings + 1 where partition = $1`, [partition]);
  const key = parseRecordKey(recordKey);
  if (!key) return;
  await client.query(`update ${schema}.streams set parked_at = $4 where ${STREAMS_OF_KEY} and parked_at is null`, [
    ...valuesOf(key),
    key.streamType,
    timeOf(entry),
  ]);
  await beginParked(client, schema, { ...key, partition, parkedAt: timeOf(entry) });
  if (key.streamType !== 'thread') return;
  await client.query(`update ${schema}.threads set parked_offset = $3 where ${THREADS_OF_KEY}`, [
    ...valuesOf(key),
    offset,
  ]);
}

/** A stream that has no row gets one, parked: without one, the write side would number its events again. */
export async function beginParked(
  client: Queryable,
  schema: string,
  stream: RecordKeyParts & { partition: number; parkedAt: string },
): Promise<void> {
  await client.query(
    `insert into ${schema}.streams (tenant_id, stream_type, stream_id, version, last_timestamp, partition, parked_at)
     values ($1, $2, $3, 0, '', $5, $4) on conflict do nothing`,
    [stream.tenantId, stream.streamType, stream.streamId, stream.parkedAt, stream.partition],
  );
}

/**
 * Hides the threads of a parked key from everybody: they count as deleted, which is what every reader asks first, and
 * `closed_at` tells that this is to be undone. One that was deleted before stays so.
 */
export async function closeThreads(client: Queryable, schema: string, entry: Entry): Promise<void> {
  const key = parseRecordKey(entry.record.key);
  if (key?.streamType !== 'thread') return;
  await client.query(`update ${schema}.parked_keys set closed = true where record_key = $1`, [entry.record.key]);
  await client.query(
    `update ${schema}.threads set closed_at = $3, deleted_at = $3 where ${THREADS_OF_KEY} and deleted_at is null`,
    [...valuesOf(key), timeOf(entry)],
  );
}

/** Lets the streams of a key go on, closed ones too. What waits for them is folded in the same transaction. */
export async function unparkStreams(
  client: Queryable,
  schema: string,
  { recordKey, partition }: { recordKey: string; partition: number },
): Promise<void> {
  // The checkpoint first: it is what lanes wait for.
  await client.query(
    `update ${schema}.checkpoints set revision = revision + 1, parkings = parkings + 1 where partition = $1`,
    [partition],
  );
  await client.query(`delete from ${schema}.parked_keys where record_key = $1`, [recordKey]);
  const key = parseRecordKey(recordKey);
  if (!key) return;
  await client.query(`update ${schema}.streams set parked_at = null where ${STREAMS_OF_KEY}`, [
    ...valuesOf(key),
    key.streamType,
  ]);
  if (key.streamType !== 'thread') return;
  await client.query(
    `update ${schema}.threads set parked_offset = null, closed_at = null,
       deleted_at = case when closed_at is null then deleted_at end
     where ${THREADS_OF_KEY}`,
    valuesOf(key),
  );
}

const valuesOf = ({ tenantId, streamId }: RecordKeyParts): [string, string] => [tenantId, streamId];
