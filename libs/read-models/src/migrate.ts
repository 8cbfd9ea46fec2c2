import knex, { type Knex } from 'knex';
import type { PoolClient } from 'pg';
import type { Database, Queryable } from './database';
import { beginGeneration, planGenerations, type Begun } from './revision';
import { AGENT_STOPS_SQL, AGENT_STREAMS_SQL, AGENTS_SQL } from './schema/agents';
import {
  CORE_SQL,
  DISCARDED_RECORDS_SQL,
  GENERATION_REVISION_SQL,
  LOG_LENGTH_SQL,
  LOG_READERS_SQL,
  PRIVACY_JOBS_SQL,
  PROCESSES_SQL,
  RATE_USAGE_SQL,
  REVEALED_RECORDS_SQL,
} from './schema/core';
import { EXPORT_FILES_SQL } from './schema/exports';
import { WEBHOOK_HISTORY_SQL, WEBHOOK_OUTLETS_SQL, WEBHOOKS_SQL } from './schema/webhooks';
import { FEED_POSITIONS_SQL, RETENTION_POSITIONS_SQL } from './schema/worker';
import { generationTables, type MessageStoreKind } from './schema/generationTables';

export interface MigrateOptions {
  /** Where messages live; decides between the `messages` table and the slim `message_refs`. */
  messages: MessageStoreKind;
  /** The generation to make when there is none yet; default 1. */
  generation?: number;
  /** Told after five seconds who holds the lock that is waited for. */
  onWaiting?: (holders: LockHolder[]) => void;
}

/** A session of the database that holds the lock of migrations. */
export interface LockHolder {
  pid: number;
  application: string;
  /** When it began what it does now. */
  since: Date;
}

/** Any fixed number nobody else uses: processes that migrate the same database queue here. */
export const MIGRATION_LOCK = 7_402_113;

/**
 * Steps of the core schema, in order; a step that was released is never edited, and only adds: the build before it still
 * has to run on what it leaves. Read models have generations instead.
 */
const CORE_MIGRATIONS: { name: string; sql: string }[] = [
  { name: '001_core', sql: CORE_SQL },
  { name: '002_rate_usage', sql: RATE_USAGE_SQL },
  { name: '003_privacy_jobs', sql: PRIVACY_JOBS_SQL },
  { name: '004_export_files', sql: EXPORT_FILES_SQL },
  { name: '005_generation_revision', sql: GENERATION_REVISION_SQL },
  { name: '006_retention_positions', sql: RETENTION_POSITIONS_SQL },
  { name: '007_feed_positions', sql: FEED_POSITIONS_SQL },
  { name: '008_discarded_records', sql: DISCARDED_RECORDS_SQL },
  { name: '009_log_length', sql: LOG_LENGTH_SQL },
  { name: '010_webhooks', sql: WEBHOOKS_SQL },
  { name: '011_webhook_outlets', sql: WEBHOOK_OUTLETS_SQL },
  { name: '012_agents', sql: AGENTS_SQL },
  { name: '013_webhook_history', sql: WEBHOOK_HISTORY_SQL },
  { name: '014_agent_streams', sql: AGENT_STREAMS_SQL },
  { name: '015_processes', sql: PROCESSES_SQL },
  { name: '016_revealed_records', sql: REVEALED_RECORDS_SQL },
  { name: '017_log_readers', sql: LOG_READERS_SQL },
  { name: '018_agent_stops', sql: AGENT_STOPS_SQL },
];

const source: Knex.MigrationSource<(typeof CORE_MIGRATIONS)[number]> = {
  getMigrations: () => Promise.resolve(CORE_MIGRATIONS),
  getMigrationName: (migration) => migration.name,
  getMigration: (migration) =>
    Promise.resolve({
      up: async (db: Knex) => void (await db.raw(migration.sql)),
      down: () => Promise.reject(new Error('the core schema only goes forward')),
    }),
};

/**
 * Brings the database up to date: core schema, and the tables of every live generation of this build. Where there is none
 * that this build can read, one is made, to be filled from the log; those of other builds stay as they are. Safe to call
 * from many processes at once and after a crash at any point. Returns what was made, null where nothing had to be. Throws
 * `ReadModelRevisionError` where a newer build has left nothing that this one can read.
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<Begun | null> {
  return underLock(database, options, async (client) => {
    await migrateCore(database);
    const tables = (generation: number): string => generationTables(generation, options.messages);
    const { own, others } = await planGenerations(client);
    for (const generation of own) await client.query(tables(generation));
    return own.length === 0 ? beginGeneration(client, { first: options.generation ?? 1, others, tables }) : null;
  });
}

/** Steps of the core schema that a database has not gone, and those that it has and this build does not know. */
export async function pendingMigrations(database: Queryable): Promise<{ pending: string[]; unknown: string[] }> {
  const found = await database.query<{ there: boolean }>(
    `select to_regclass('threadlog.threadlog_migrations') is not null as there`,
  );
  const { rows } = found.rows[0]!.there
    ? await database.query<{ name: string }>('select name from threadlog.threadlog_migrations order by name')
    : { rows: [] };
  const done = new Set(rows.map(({ name }) => name));
  const known = CORE_MIGRATIONS.map(({ name }) => name);
  return {
    pending: known.filter((name) => !done.has(name)),
    unknown: [...done].filter((name) => !known.includes(name)),
  };
}

/**
 * knex keeps a lock of its own in a table, and a process killed in mid-migration leaves it locked for ever. Ours is
 * bound to a session, so whoever holds it knows that a standing lock of knex's is a leftover.
 */
async function migrateCore(database: Database): Promise<void> {
  const db = knex({ client: 'pg', connection: database.options.connectionString as string, pool: { min: 0, max: 1 } });
  // In a schema by name: unnamed it is the first of the search path, which is another one as soon as there is a schema of
  // the user's name, and all steps would be done again.
  const names = { tableName: 'threadlog_migrations', schemaName: 'threadlog' };
  // A build that is gone back to meets steps of the newer one; steps only add, so it passes them over.
  const config = { migrationSource: source, ...names, disableMigrationsListValidation: true };
  try {
    await db.raw('create schema if not exists threadlog');
    await db.migrate.forceFreeMigrationsLock(config);
    await db.migrate.latest(config);
  } finally {
    await db.destroy();
  }
}

/** Milliseconds this side waits for the lock; the pool's own limit is for queries. */
const UNHURRIED = { query_timeout: 600_000 };

const TOLD_AFTER_MS = 5_000;

async function underLock<Result>(
  database: Database,
  { onWaiting }: MigrateOptions,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await database.connect();
  const timer = setTimeout(() => void holders(database).then(onWaiting, () => undefined), TOLD_AFTER_MS);
  try {
    // Waiting for another process's migration may take longer than any statement should.
    await client.query('set statement_timeout = 0');
    await client.query({ text: 'select pg_advisory_lock($1)', values: [MIGRATION_LOCK], ...UNHURRIED });
    clearTimeout(timer);
    return await work(client);
  } finally {
    clearTimeout(timer);
    // Closing the connection releases the lock and forgets the timeout, whatever state the session is in.
    client.release(true);
  }
}

async function holders(database: Database): Promise<LockHolder[]> {
  const { rows } = await database.query<LockHolder>(
    `select a.pid, a.application_name as application, coalesce(a.query_start, a.backend_start) as since
     from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objid = $1 and l.database = (
       select oid from pg_database where datname = current_database())`,
    [MIGRATION_LOCK],
  );
  return rows;
}
