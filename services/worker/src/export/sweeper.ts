import type { Database } from '@threadlog/read-models';
import { until, type Logger, type Service } from '@threadlog/service';
import type { ExportFiles } from './files';
import type { ExportStore } from './store/port';

export interface ExportSweeperOptions {
  database: Database;
  store: ExportStore;
  files: Pick<ExportFiles, 'discard'>;
  logger: Logger;
  /** Milliseconds between two sweeps; a minute by default. */
  everyMs?: number;
}

/** A writer says that it lives every few seconds; after this long it is gone, or must think so when it comes back. */
const ABANDONED = `interval '15 minutes'`;
/** Records of files that are gone: nobody asks for them any more. */
const FORGOTTEN = `interval '30 days'`;
const BATCH = 100;

/**
 * Deletes files whose time has come, what killed writers left, and whatever lies in the store without a record. Each
 * sweep starts over, so what failed once is tried again.
 */
export function createExportSweeper(options: ExportSweeperOptions): Service & { sweep(): Promise<void> } {
  const { database, store, files, logger, everyMs = 60_000 } = options;

  async function discardDue(): Promise<void> {
    const { rows } = await database.query<{ object_name: string }>(DUE);
    for (const { object_name } of rows) await files.discard(object_name);
  }

  /** A file is on record before its first byte, so whatever the list shows without one is left over. */
  async function removeOrphans(): Promise<void> {
    const batch: string[] = [];
    for await (const { name } of store.list('')) {
      batch.push(name);
      if (batch.length >= BATCH) await removeUnknown(batch.splice(0));
    }
    await removeUnknown(batch);
  }

  async function removeUnknown(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const { rows } = await database.query<{ name: string }>(UNKNOWN, [names]);
    for (const { name } of rows) await store.delete(name);
    if (rows.length > 0) logger.info({ files: rows.length }, 'removed export files that nobody knows of');
  }

  async function sweep(): Promise<void> {
    await discardDue();
    await removeOrphans();
    await database.query(`delete from threadlog.export_files where deleted_at < clock_timestamp() - ${FORGOTTEN}`);
  }

  return {
    name: 'export-sweeper',
    sweep,
    async run(signal) {
      await until(signal, sweep, {
        everyMs,
        onFault: (err) => logger.warn({ err }, 'export files could not be swept'),
      });
    },
  };
}

const DUE = `select object_name from threadlog.export_files
  where deleted_at is null and (expires_at <= clock_timestamp()
    or (ready_at is not null and dropping_at is not null)
    or (ready_at is null and touched_at < clock_timestamp() - ${ABANDONED}))
  order by created_at limit 1000`;

const UNKNOWN = `select given.name from unnest($1::text[]) as given(name)
  where not exists (select from threadlog.export_files f where f.object_name = given.name and f.deleted_at is null)`;
