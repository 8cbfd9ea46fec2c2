import type { Queryable } from './database';
import type { LogLoss } from './logLength';
import { AUDIT_TRAIL } from './projections';
import { generationSchema } from './schema/generation';

/** A partition that lost records, and how far its repair has come. */
export interface LogRepair extends LogLoss {
  /** Built from what is left; null before it was begun. */
  generation: number | null;
  /** Where the partition goes on; null before it was filled up. */
  resumesAt: number | null;
}

/** Partitions that lost records. */
export async function readRepairs(database: Queryable): Promise<LogRepair[]> {
  const { rows } = await database.query<LogRepair>(
    `select partition, head, known, known_by as "knownBy", generation, resumes_at as "resumesAt"
     from threadlog.log_losses order by partition`,
  );
  return rows;
}

/** Notes a step of the repair: of one partition, or of all. */
export async function noteRepair(
  database: Queryable,
  step: { partition: number; resumesAt: number } | { generation: number },
): Promise<void> {
  if ('generation' in step) await database.query('update threadlog.log_losses set generation = $1', [step.generation]);
  else
    await database.query('update threadlog.log_losses set resumes_at = $2 where partition = $1', [
      step.partition,
      step.resumesAt,
    ]);
}

/**
 * Takes a partition that lost records for a repair: an epoch above all that were given, and no owner. Returns the epoch.
 */
export async function raiseLostLease(database: Queryable, partition: number): Promise<number> {
  const { rows } = await database.query<{ epoch: number }>(
    `update threadlog.partition_leases l set owner_id = null, owner_url = null, expires_at = clock_timestamp(),
       epoch = greatest(l.epoch + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)
     where partition = $1 and exists (select from threadlog.log_losses s where s.partition = l.partition)
     returning epoch`,
    [partition],
  );
  if (!rows[0]) throw new Error(`partition ${partition} has lost nothing`);
  return rows[0].epoch;
}

/** What one generation has of a stream and another has not. No text. */
export interface LostEvents {
  tenant_id: string;
  stream_type: string;
  stream_id: string;
  partition: number;
  /** The stream's version now, and the one that it had. */
  left: number;
  had: number;
  /** Messages that the lost events wrote or changed. */
  message_ids: string[];
}

/** Streams of these partitions that have fewer versions in the generation `to`. */
export async function lostBetween(
  database: Queryable,
  { from, to, partitions }: { from: number; to: number; partitions: readonly number[] },
): Promise<LostEvents[]> {
  const [had, left] = [generationSchema(from), generationSchema(to)];
  const { rows } = await database.query<LostEvents>(
    `select h.tenant_id, h.stream_type, h.stream_id, h.partition, coalesce(l.version, 0) as left, h.version as had,
       array(select distinct a.message_id from ${had}.${AUDIT_TRAIL} a
         where (a.tenant_id, a.stream_type, a.stream_id) = (h.tenant_id, h.stream_type, h.stream_id)
           and a.version > coalesce(l.version, 0) and a.message_id is not null order by a.message_id) as message_ids
     from ${had}.streams h left join ${left}.streams l using (tenant_id, stream_type, stream_id)
     where h.partition = any($1) and h.version > coalesce(l.version, 0)
     order by h.tenant_id, h.stream_type, h.stream_id`,
    [partitions],
  );
  return rows;
}

/** Keeps what was lost, and why that was accepted. Once for each loss, however often it is called. */
export async function keepRepair(
  database: Queryable,
  { generation, reason, lost }: { generation: number; reason: string; lost: readonly LostEvents[] },
): Promise<void> {
  await database.query(
    `insert into threadlog.log_repairs (partition, head, known, known_by, found_at, resumes_at, generation, reason, lost)
     select partition, head, known, known_by, found_at, resumes_at, $1, $2,
       coalesce((select jsonb_agg(e) from jsonb_array_elements($3::jsonb) e where (e ->> 'partition')::integer = l.partition), '[]')
     from threadlog.log_losses l where resumes_at is not null
       and not exists (select from threadlog.log_repairs r where r.partition = l.partition and r.resumes_at = l.resumes_at)`,
    [generation, reason, JSON.stringify(lost)],
  );
}

/** Frees the partitions that are repaired. */
export async function freeRepaired(database: Queryable): Promise<void> {
  await database.query('delete from threadlog.log_losses where resumes_at is not null');
}

/** The lost records were brought back: the partition is as it was. */
export async function forgetLoss(database: Queryable, partition: number): Promise<void> {
  await database.query('delete from threadlog.log_losses where partition = $1 and resumes_at is null', [partition]);
}

/** Offsets of a partition that stood for records which are gone: from `head` up to where it goes on. */
export interface LostStretch {
  partition: number;
  head: number;
  resumesAt: number;
}

/** What was lost and given up, ever. */
export async function readLostStretches(database: Queryable): Promise<LostStretch[]> {
  const { rows } = await database.query<LostStretch>(
    'select partition, head, resumes_at as "resumesAt" from threadlog.log_repairs',
  );
  return rows;
}
