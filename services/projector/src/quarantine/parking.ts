import { STREAM_TYPES, type StreamType } from '@threadlog/events';
import type { ReadPosition } from '@threadlog/log';
import {
  generationSchema,
  inTransaction,
  type Checkpoint,
  type Database,
  type Queryable,
} from '@threadlog/read-models';
import type { Quarantined } from '../folding/foldEntries';
import { quarantineJson, quarantineSql, storableKey } from '../storage/commitBatch';

export interface ParkedRecord {
  generation: number;
  from: Checkpoint;
  /** Right behind the record. */
  to: ReadPosition;
  quarantined: Quarantined;
}

/**
 * Puts a record into quarantine, parks the streams of its key and moves the checkpoint past it, in one transaction:
 * whoever sees the checkpoint behind the record sees the streams parked, too. False when the checkpoint is elsewhere.
 */
export async function parkRecord(
  database: Database,
  { generation, from, to, quarantined }: ParkedRecord,
): Promise<boolean> {
  const schema = generationSchema(generation);
  const { record } = quarantined.entry;
  return inTransaction(database, async (client) => {
    const moved = await client.query(
      `update ${schema}.checkpoints set next_offset = $4, max_epoch = greatest(max_epoch, $5), updated_at = now()
       where partition = $1 and next_offset = $2 and revision = $3`,
      [from.partition, from.nextOffset, from.revision, to.offset, to.maxEpoch],
    );
    if (moved.rowCount !== 1) return false;
    await client.query(quarantineSql(schema, '$1'), [quarantineJson(from.partition, [quarantined])]);
    await client.query(
      `insert into ${schema}.parked_keys (record_key, partition, since_offset) values ($1, $2, $3) on conflict do nothing`,
      [storableKey(record.key), from.partition, record.offset],
    );
    const key = parseRecordKey(record.key);
    if (key) await parkStreams(client, schema, { ...key, partition: from.partition, parkedAt: timeOf(quarantined) });
    return true;
  });
}

export interface RecordKeyParts {
  tenantId: string;
  streamType: StreamType;
  streamId: string;
}

/** The stream a record key names; null for one that no stream has. */
export function parseRecordKey(key: string): RecordKeyParts | null {
  const [tenantId, streamType, streamId, ...rest] = key.split('/');
  const known = STREAM_TYPES.find((type) => type === streamType && type !== 'control');
  if (!tenantId || !streamId || !known || rest.length > 0 || key.includes('\0')) return null;
  return { tenantId, streamType: known, streamId };
}

/** Condition on `streams` for all streams of a record key given in $1 to $3: a root and its sub-threads. */
export const STREAMS_OF_KEY = `tenant_id = $1 and stream_type = $2 and (stream_id = $3 or starts_with(stream_id, $3 || '~'))`;

/** The write side must find a parked stream even where nothing of it was ever projected. */
async function parkStreams(
  client: Queryable,
  schema: string,
  key: RecordKeyParts & { partition: number; parkedAt: string },
): Promise<void> {
  const stream = [key.tenantId, key.streamType, key.streamId];
  await client.query(`update ${schema}.streams set parked_at = $4 where ${STREAMS_OF_KEY} and parked_at is null`, [
    ...stream,
    key.parkedAt,
  ]);
  await client.query(
    `insert into ${schema}.streams (tenant_id, stream_type, stream_id, version, last_timestamp, partition, parked_at)
     values ($1, $2, $3, 0, '', $5, $4) on conflict do nothing`,
    [...stream, key.parkedAt, key.partition],
  );
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** The record's own time, so that every rebuild parks a stream at the same moment. */
function timeOf({ entry }: Quarantined): string {
  if (entry.kind === 'event') return entry.event.timestamp;
  const { ce_time: time = '' } = entry.record.headers;
  return TIMESTAMP.test(time) ? time : '1970-01-01T00:00:00.000000Z';
}

/** Record keys of a partition whose streams are parked. */
export async function readParkedKeys(database: Queryable, generation: number, partition: number): Promise<Set<string>> {
  const { rows } = await database.query<{ record_key: string }>(
    `select record_key from ${generationSchema(generation)}.parked_keys where partition = $1`,
    [partition],
  );
  return new Set(rows.map((row) => row.record_key));
}
