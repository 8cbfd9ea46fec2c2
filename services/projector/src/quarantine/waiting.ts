import { generationSchema, type Queryable } from '@threadlog/read-models';

/** A record in quarantine: where it stands and why, never what is in it. */
export interface Quarantined {
  record_key: string;
  partition: number;
  log_offset: number;
  type: string | null;
  reason: string;
  /** Whether its streams are parked, and whether nobody may see them. */
  parked: boolean;
  closed: boolean;
  /** An operator gave it up: it is passed over once its streams go on. */
  discarded: boolean;
}

/** What waits in quarantine, in the order of the log. */
export async function listQuarantined(database: Queryable, generation: number): Promise<Quarantined[]> {
  const schema = generationSchema(generation);
  const { rows } = await database.query<Quarantined>(
    `select q.record_key, q.partition, q.log_offset, q.headers ->> 'ce_type' as type, q.reason,
       p.record_key is not null as parked, coalesce(p.closed, false) as closed, d.reason is not null as discarded
     from ${schema}.quarantine q left join ${schema}.parked_keys p on p.record_key = q.record_key
     left join threadlog.discarded_records d on d.partition = q.partition and d.log_offset = q.log_offset
     order by q.partition, q.log_offset`,
  );
  return rows;
}

/** All that waits for one record key, in short. */
export interface QuarantinedStream {
  record_key: string;
  partition: number;
  records: number;
  first_offset: number;
  /** Why the first of them could not be applied. */
  reason: string;
  since: Date;
  parked: boolean;
  closed: boolean;
}

/** A place in the log. */
export interface Place {
  partition: number;
  offset: number;
}

export interface StreamsPage {
  /** Where the last row of the page before begins. */
  after?: Place | undefined;
  limit: number;
}

/** Characters of a key or a reason in a list: whoever writes to the topic may name a record as he likes. */
const MOST_CHARACTERS = 1_000;

/** What waits, a row for each record key, in the order of the log. */
export async function listQuarantinedStreams(
  database: Queryable,
  generation: number,
  { after = { partition: -1, offset: -1 }, limit }: StreamsPage,
): Promise<QuarantinedStream[]> {
  const schema = generationSchema(generation);
  const { rows } = await database.query<QuarantinedStream>(
    `select left(q.record_key, ${MOST_CHARACTERS}) as record_key, min(q.partition) as partition, count(*) as records,
       min(q.log_offset) as first_offset, left((array_agg(q.reason order by q.log_offset))[1], ${MOST_CHARACTERS}) as reason,
       min(q.created_at) as since, bool_or(p.record_key is not null) as parked, coalesce(bool_or(p.closed), false) as closed
     from ${schema}.quarantine q left join ${schema}.parked_keys p on p.record_key = q.record_key
     group by q.record_key having (min(q.partition), min(q.log_offset)) > ($1::integer, $2::bigint)
     order by min(q.partition), min(q.log_offset) limit $3`,
    [after.partition, after.offset, limit],
  );
  return rows;
}

/** A record that waits for one key, with its size and headers. */
export interface QuarantinedRecord extends Omit<Quarantined, 'parked' | 'closed' | 'discarded'> {
  headers: Record<string, string>;
  bytes: number;
  quarantined_at: Date;
}

/** A record that was given up, by whom and why. */
export interface DiscardedRecord {
  partition: number;
  log_offset: number;
  reason: string;
  fault: string;
  discarded_by: string;
  discarded_at: Date;
}

/** What waits for one record key and what was discarded of it, the oldest first. */
export async function showQuarantined(
  database: Queryable,
  generation: number,
  { key, limit }: { key: string; limit?: number },
): Promise<{ records: QuarantinedRecord[]; discarded: DiscardedRecord[] }> {
  const values = [key, limit ?? null];
  const waiting = await database.query<QuarantinedRecord>(
    `select record_key, partition, log_offset, headers ->> 'ce_type' as type, reason, headers,
       octet_length(value) as bytes, created_at as quarantined_at
     from ${generationSchema(generation)}.quarantine where record_key = $1 order by log_offset limit $2`,
    values,
  );
  const gone = await database.query<DiscardedRecord>(
    `select partition, log_offset, reason, fault, discarded_by, discarded_at
     from threadlog.discarded_records where record_key = $1 order by log_offset limit $2`,
    values,
  );
  return { records: waiting.rows, discarded: gone.rows };
}
