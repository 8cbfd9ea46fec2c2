import type { Database } from '@threadlog/read-models';
import type { Instance, Lease, LeaseStore } from '../ownership/ports';

/** Parameters: owner; partitions, epochs and known lengths of the leases. */
const KEPT = `from unnest($2::integer[], $3::bigint[], $4::bigint[]) as h (partition, epoch, known)
         where l.owner_id = $1 and l.partition = h.partition and l.epoch = h.epoch`;
const KNOWN = 'known_offset = greatest(l.known_offset, h.known)';
const HELD = `l.owner_id = $1 and (l.partition, l.epoch) in (select * from unnest($2::integer[], $3::bigint[]))`;
/** Time is the database's own; it must not jump by more than the owners' margin. */
const NOW = 'clock_timestamp()';
const NOW_MS = `(extract(epoch from ${NOW}) * 1000)::bigint`;
/**
 * Above the last epoch, unless that is more than a day ahead: no reader counts such a one, so it never was an owner's. It
 * came from a record of somebody else, before readers refused those.
 */
const ALIEN_AHEAD_MS = 86_400_000;
const LAST = `case when l.epoch > ${NOW_MS} + ${ALIEN_AHEAD_MS} then 0 else l.epoch end`;
const RAISED = (above: string) => `greatest(${LAST} + 1, ${above}, ${NOW_MS})`;
/** Of which the log lost something. */
const WHOLE = 'not exists (select from threadlog.log_losses s where s.partition = l.partition)';
const UNTIL = (ttlMs: string) => `${NOW} + ${ttlMs} * interval '1 millisecond'`;

/** Parameters: owner, its URL, ttl. */
const HEARTBEAT = `with own as (
           insert into threadlog.command_instances (owner_id, owner_url, expires_at) values ($1, $2, ${UNTIL('$3')})
           on conflict (owner_id) do update set owner_url = excluded.owner_url, expires_at = excluded.expires_at
           returning owner_id, owner_url)
         select owner_id as "ownerId", owner_url as url from own
         union select owner_id, owner_url from threadlog.command_instances where expires_at > ${NOW} and owner_id <> $1`;

/** Parameters: owner, its URL, most partitions, partitions to leave alone, ttl. */
const ACQUIRE = `with free as (
           select partition from threadlog.partition_leases l
           where (owner_id is null or expires_at <= ${NOW} or owner_id = $1) and partition <> all($4::integer[])
             and ${WHOLE}
           order by partition limit $3 for update skip locked)
         update threadlog.partition_leases l
         set epoch = ${RAISED('0')}, owner_id = $1, owner_url = $2,
           expires_at = ${UNTIL('$5')}
         from free where l.partition = free.partition`;

/**
 * Leases as rows of `partition_leases`. Each call is one statement and its own transaction; they must be committed
 * durably (`synchronous_commit` on, and synchronously replicated where the database fails over).
 */
export function createPostgresLeases(database: Database): LeaseStore {
  const leases = async (text: string, values: unknown[]): Promise<Lease[]> =>
    (await database.query<Lease>(`${text} returning l.partition, l.epoch`, values)).rows;
  const columns = (held: readonly Lease[]) => [held.map((one) => one.partition), held.map((one) => one.epoch)];

  return {
    async prepare(partitions) {
      await database.query(
        `insert into threadlog.partition_leases (partition, epoch, expires_at)
         select partition, 0, ${NOW} from generate_series(0, $1::integer - 1) as partition on conflict do nothing`,
        [partitions],
      );
    },
    async heartbeat({ ownerId, url }, ttlMs) {
      await database.query(`delete from threadlog.command_instances where expires_at < ${NOW} - interval '1 minute'`);
      const { rows } = await database.query<Instance>(HEARTBEAT, [ownerId, url, ttlMs]);
      return rows;
    },
    acquire({ ownerId, url }, count, except, ttlMs) {
      return leases(ACQUIRE, [ownerId, url, count, except, ttlMs]);
    },
    renew: (ownerId, held, ttlMs) =>
      leases(`update threadlog.partition_leases l set expires_at = ${UNTIL('$5')}, ${KNOWN} ${KEPT} and ${WHOLE}`, [
        ownerId,
        ...columns(held),
        held.map(({ known }) => known),
        ttlMs,
      ]),
    async raise(ownerId, lease, above, ttlMs) {
      const [raised] = await leases(
        `update threadlog.partition_leases l set epoch = ${RAISED('$4::bigint + 1')}, expires_at = ${UNTIL('$5')}
         where ${HELD}`,
        [ownerId, ...columns([lease]), above, ttlMs],
      );
      return raised ?? null;
    },
    async release(ownerId, held) {
      await database.query(
        `update threadlog.partition_leases l
         set owner_id = null, owner_url = null, expires_at = ${NOW}, ${KNOWN} ${KEPT}`,
        [ownerId, ...columns(held), held.map(({ known }) => known)],
      );
    },
    async leave(ownerId) {
      await database.query('delete from threadlog.command_instances where owner_id = $1', [ownerId]);
    },
    async ownerOf(partition) {
      const { rows } = await database.query<Instance & { epoch: number }>(
        `select owner_id as "ownerId", owner_url as url, epoch from threadlog.partition_leases
         where partition = $1 and owner_id is not null and expires_at > ${NOW}`,
        [partition],
      );
      return rows[0] ?? null;
    },
  };
}
