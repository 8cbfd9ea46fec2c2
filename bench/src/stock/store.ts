import { setImmediate as otherTasks } from 'node:timers/promises';
import {
  activeGeneration,
  createDatabase,
  createSearchTokens,
  generationSchema,
  messagesTable,
  participantsTable,
  threadMembersTable,
  threadsTable,
  upsertSql,
  userThreadsTable,
  type Database,
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

/** Leaves out what the read model of an earlier commit has no column or table for. */
export async function openStockStore({ databaseUrl, masterKey }: Internals): Promise<StockStore> {
  const database = createDatabase({ url: databaseUrl, max: CONNECTIONS, statementTimeoutMs: TIDY_MS });
  const schema = generationSchema(await activeGeneration(database));
  const sealing = createSealing({
    keyStore: createPostgresKeyStore(database),
    masterKey: masterKeyFrom({ SEALING_MASTER_KEY: masterKey }),
  });
  const known = await columnsOf(database, schema);
  const searchable = known.has('message_search');
  // Commits before it had this name called it `rosters`.
  const members = known.has('rosters') ? { ...threadMembersTable, name: 'rosters' } : threadMembersTable;

  async function upsert<Row extends object>(table: Table<Row>, rows: readonly Row[]): Promise<void> {
    const there = Object.entries(table.columns).filter(([column]) => known.get(table.name)?.has(column));
    const columns = Object.fromEntries(there) as Table<Row>['columns'];
    await database.query(upsertSql({ ...table, columns }, schema, '$1'), [JSON.stringify(rows)]);
  }
  return {
    sealing,
    tokens: createSearchTokens(sealing),
    async write({ threads, participants, threadMembers, messages, userThreads, index }) {
      await upsert(messagesTable, messages);
      await upsert(threadsTable, threads);
      await upsert(participantsTable, participants);
      await upsert(members, threadMembers);
      await upsert(userThreadsTable, userThreads);
      if (searchable) await database.query(indexSql(schema, known.get('message_search')!), [JSON.stringify(index)]);
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

/** By table. */
async function columnsOf(database: Database, schema: string): Promise<Map<string, Set<string>>> {
  const { rows } = await database.query<{ table: string; columns: string[] }>(
    `select table_name as "table", array_agg(column_name::text) as columns from information_schema.columns
     where table_schema = $1 group by table_name`,
    [schema],
  );
  return new Map(rows.map(({ table, columns }) => [table, new Set(columns)]));
}

/** Columns of a text in the index, with those that earlier commits had. Their tokens were longer: they find nothing by ours. */
const INDEX_COLUMNS = {
  tenant_id: 'text',
  thread_id: 'text',
  message_index: 'integer',
  message_id: 'text',
  root_id: 'text',
  learner_id: 'text',
  created_at: 'text',
  version: 'integer',
  tokens: 'integer[]',
};

function indexSql(schema: string, known: ReadonlySet<string>): string {
  const there = Object.entries(INDEX_COLUMNS).filter(([name]) => known.has(name));
  const names = there.map(([name]) => name).join(', ');
  return `insert into ${schema}.message_search (${names})
    select ${names} from json_to_recordset($1::json) as given(${there.map((one) => one.join(' ')).join(', ')})
    on conflict do nothing`;
}
