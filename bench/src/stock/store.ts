import { setImmediate as otherTasks } from 'node:timers/promises';
import {
  activeGeneration,
  createDatabase,
  createSearchTokens,
  generationSchema,
  messagesTable,
  participantsTable,
  threadsTable,
  upsertSql,
  userThreadsTable,
  type SearchTokens,
  type Table,
} from '@threadlog/read-models';
import { createPostgresKeyStore, createSealing, masterKeyFrom, type SealingService } from '@threadlog/sealing';
import type { Internals } from '../system/system';
import type { StockRows } from './rows';

/** The read model of a system of our own, written to directly. */
export interface StockStore {
  sealing: SealingService;
  tokens: SearchTokens;
  write(rows: StockRows): Promise<void>;
  /** What the database does by itself after a while: statistics, and pages that index scans need not look into. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

const CONNECTIONS = 4;
const TIDY_MS = 120_000;

/** Rejects where the system's read model is not in this Postgres, or has other columns than ours. */
export async function openStockStore({ databaseUrl, masterKey }: Internals): Promise<StockStore> {
  const database = createDatabase({ url: databaseUrl, max: CONNECTIONS, statementTimeoutMs: TIDY_MS });
  const schema = generationSchema(await activeGeneration(database));
  const sealing = createSealing({
    keyStore: createPostgresKeyStore(database),
    masterKey: masterKeyFrom({ SEALING_MASTER_KEY: masterKey }),
  });
  const hasIndex = await database.query('select to_regclass($1) as found', [`${schema}.message_search`]);
  const searchable = (hasIndex.rows as { found: string | null }[])[0]?.found !== null;

  async function upsert<Row extends object>(table: Table<Row>, rows: readonly Row[]): Promise<void> {
    await database.query(upsertSql(table, schema, '$1'), [JSON.stringify(rows)]);
  }
  return {
    sealing,
    tokens: createSearchTokens(sealing),
    async write({ threads, participants, messages, userThreads, index }) {
      await upsert(messagesTable, messages);
      await upsert(threadsTable, threads);
      await upsert(participantsTable, participants);
      await upsert(userThreadsTable, userThreads);
      if (searchable) await database.query(indexSql(schema), [JSON.stringify(index)]);
      await otherTasks();
    },
    async tidy() {
      const names = [messagesTable, threadsTable, participantsTable, userThreadsTable].map(({ name }) => name);
      for (const name of [...names, ...(searchable ? ['message_search'] : [])]) {
        await database.query(`vacuum (analyze) ${schema}.${name}`);
      }
    },
    close: () => database.end(),
  };
}

const indexSql = (schema: string): string => `
  insert into ${schema}.message_search
    (tenant_id, thread_id, message_index, message_id, root_id, learner_id, created_at, version, tokens)
  select tenant_id, thread_id, message_index, message_id, root_id, learner_id, created_at, version, tokens
  from json_to_recordset($1::json) as given(tenant_id text, thread_id text, message_index integer, message_id text,
    root_id text, learner_id text, created_at text, version integer, tokens bigint[])
  on conflict do nothing`;
