import { activeGeneration, createDatabase, generationSchema, type Queryable } from '@threadlog/read-models';
import type { Internals } from './system';

/** Bytes of a table of the read model. */
export interface TableBytes {
  rows: number;
  indexes: number;
}

/** What a system keeps: the log's record batches, and the tables of the read model by name. */
export interface Kept {
  log: number;
  tables: ReadonlyMap<string, TableBytes>;
  /** Where the write-ahead log ends. */
  wal: string;
}

/** What was written ahead between two places. */
export interface Written {
  records: number;
  /** Of these records, without whole pages. */
  bytes: number;
  /** Whole pages, which the first change of a page after a checkpoint writes. */
  pages: number;
}

export interface Disk {
  kept(): Promise<Kept>;
  written(from: Kept, to: Kept): Promise<Written>;
  /** Resolves once the search index has what the read model has. */
  indexed(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_AGAIN_SECONDS = 0.1;
const INDEX_LOOKS = 600;

/** Looks at what a system of our own has written to its disks. Holds its write-ahead log for as long as it is open. */
export async function openDisk(internals: Internals): Promise<Disk> {
  const database = createDatabase({ url: internals.databaseUrl, max: 1 });
  const client = await database.connect();
  await client.query('create extension if not exists pg_walinspect');
  // Else a checkpoint would take away what is to be counted. It ends with this connection.
  await client.query(`select pg_create_physical_replication_slot('bench_' || pg_backend_pid(), true, true)`);
  const schema = generationSchema(await activeGeneration(client));
  return {
    async kept() {
      const wal = await endOfWal(client);
      return { wal, log: await internals.logBytes(), tables: await tableBytes(client, schema) };
    },
    written: (from, to) => writtenBetween(client, from.wal, to.wal),
    async indexed() {
      for (let look = 0; look < INDEX_LOOKS; look++) if (await isIndexed(client, schema)) return;
      throw new Error('the search index does not come to the end of the log');
    },
    async close() {
      client.release(true);
      await database.end();
    },
  };
}

/** Commits do not wait for the disk everywhere, but what is counted has to be there: the message makes it so. */
async function endOfWal(client: Queryable): Promise<string> {
  await client.query(`select pg_logical_emit_message(true, 'bench', '')`);
  const { rows } = await client.query<{ wal: string }>('select pg_current_wal_flush_lsn()::text as wal');
  return rows[0]!.wal;
}

async function tableBytes(client: Queryable, schema: string): Promise<Map<string, TableBytes>> {
  const { rows } = await client.query<TableBytes & { name: string }>(
    `select relname as name, pg_table_size(oid) as rows, pg_indexes_size(oid) as indexes
     from pg_class where relkind = 'r' and relnamespace = $1::regnamespace order by relname`,
    [schema],
  );
  return new Map(rows.map(({ name, ...bytes }) => [name, bytes]));
}

async function writtenBetween(client: Queryable, from: string, to: string): Promise<Written> {
  const { rows } = await client.query<Written>(
    `select sum(count)::bigint as records, sum(record_size)::bigint as bytes, sum(fpi_size)::bigint as pages
     from pg_get_wal_stats($1::pg_lsn, $2::pg_lsn)`,
    [from, to],
  );
  return rows[0]!;
}

async function isIndexed(client: Queryable, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ through: boolean }>(
    `select (select sum(next_offset) from ${schema}.search_checkpoints)
       >= (select sum(next_offset) from ${schema}.checkpoints) as through, pg_sleep($1)`,
    [LOOK_AGAIN_SECONDS],
  );
  return rows[0]!.through;
}
