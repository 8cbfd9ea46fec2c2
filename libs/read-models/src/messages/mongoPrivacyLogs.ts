import type { Collection, Db } from 'mongodb';
import { DURABLE, dropCollection } from './mongoCollections';
import type { ExportLogRow } from '../projections';
import { upsertHigher, type VersionedDocument } from './mongoWrites';
import type { PrivacyLogName, PrivacyLogRows, PrivacyLogs } from './privacyLogs';

export interface MongoPrivacyLogsOptions {
  db: Db;
  generation: () => number;
}

/** `_id` is `tenant/request`; the rest are the row's columns, of either log. */
type LogDocument = VersionedDocument & { tenant_id: string; request_id: string };

const LOGS: readonly PrivacyLogName[] = ['chat_export_logs', 'chat_deletion_logs'];

/** Name of a log's collection in a generation: `chat_export_logs_1`, `chat_deletion_logs_1`. */
function privacyLogCollection(log: PrivacyLogName, generation: number): string {
  return `${log}_${generation}`;
}

/** The logs in MongoDB, a collection each and one pair a generation. */
export function createMongoPrivacyLogs({ db, generation }: MongoPrivacyLogsOptions): PrivacyLogs & {
  prepare(): Promise<void>;
  drop(): Promise<void>;
} {
  const collection = (log: PrivacyLogName): Collection<LogDocument> =>
    db.collection<LogDocument>(privacyLogCollection(log, generation()), { writeConcern: DURABLE });
  return {
    apply: (log, rows) =>
      upsertHigher(
        collection(log),
        rows.map((row): LogDocument => ({ _id: `${row.tenant_id}/${row.request_id}`, ...(row as ExportLogRow) })),
      ),
    async *all<Name extends PrivacyLogName>(log: Name) {
      for await (const { _id, ...row } of collection(log).find().sort({ _id: 1 }))
        yield row as unknown as PrivacyLogRows[Name];
    },
    async prepare() {
      for (const log of LOGS)
        await collection(log).createIndex({ tenant_id: 1, subject_id: 1, created_at: 1 }, { name: 'by_subject' });
    },
    async drop() {
      for (const log of LOGS) await dropCollection(db, privacyLogCollection(log, generation()));
    },
  };
}
