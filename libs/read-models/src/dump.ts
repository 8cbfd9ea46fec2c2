import type { Queryable } from './database';
import type { MessageKey, MessageStore } from './messages/port';
import type { MessageEditRow } from './rows';
import { generationSchema } from './schema/generation';
import type { Table } from './tables/table';
import {
  auditTable,
  messageRefsTable,
  participantsTable,
  receiptsTable,
  rostersTable,
  streamsTable,
  threadsTable,
  usersTable,
  userThreadsTable,
} from './tables/tables';
import { deletionLogsTable, exportLogsTable, tenantsTable } from './tables/privacyTables';

/** A table as a dump reads it: which columns, in which order. */
interface DumpedTable {
  name: string;
  columns: readonly string[];
  key: readonly string[];
}

const asDumped = <Row extends object>({ name, columns, key }: Table<Row>): DumpedTable => ({
  name,
  columns: Object.keys(columns),
  key,
});

/** Clock times of the projector (`updated_at`, `created_at` of the lane's own tables) are not part of the fold. */
const TABLES: DumpedTable[] = [
  asDumped(streamsTable),
  { ...asDumped(threadsTable), columns: [...Object.keys(threadsTable.columns), 'parked_offset', 'closed_at'] },
  asDumped(participantsTable),
  asDumped(rostersTable),
  asDumped(usersTable),
  asDumped(userThreadsTable),
  asDumped(receiptsTable),
  asDumped(messageRefsTable),
  asDumped(auditTable),
  asDumped(exportLogsTable),
  asDumped(deletionLogsTable),
  asDumped(tenantsTable),
  { name: 'checkpoints', columns: ['partition', 'next_offset', 'max_epoch'], key: ['partition'] },
  {
    name: 'quarantine',
    columns: ['partition', 'log_offset', 'record_key', 'reason', `encode(value, 'base64')`, 'headers'],
    key: ['partition', 'log_offset'],
  },
  { name: 'parked_keys', columns: ['record_key', 'partition', 'since_offset', 'closed'], key: ['record_key'] },
];

/**
 * One generation as text: every table, then the messages, a line a row, in the order of the keys. Two generations at
 * equal checkpoints give the same text, or one of them was not built by folding the log. Holds it all in memory: it is
 * for tests and for comparing before a flip on databases that allow it.
 *
 * Receipts from before `receiptsFrom` are left out: at their age they may have been pruned or not, in one generation and not yet in
 * the other. Without it all are there.
 */
export async function canonicalDump(
  database: Queryable,
  generation: number,
  { store, receiptsFrom = '' }: { store: MessageStore; receiptsFrom?: string | undefined },
): Promise<string> {
  const lines: string[] = [];
  for (const table of TABLES) {
    const from = table.name === receiptsTable.name ? receiptsFrom : null;
    lines.push(`# ${table.name}`, ...(await tableLines(database, generation, table, from)));
  }
  const versions = new Map<string, number>();
  const lineOf = (row: object): string => JSON.stringify(row, Object.keys(row).sort());
  lines.push('# messages');
  for await (const row of store.all()) {
    versions.set(placeOf(row), row.version);
    lines.push(lineOf(row));
  }
  lines.push('# message_edits');
  for await (const row of store.allEdits()) if (isShown(row, versions.get(placeOf(row)))) lines.push(lineOf(row));
  return `${lines.join('\n')}\n`;
}

const placeOf = ({ tenant_id, thread_id, message_index }: MessageKey): string =>
  `${tenant_id}/${thread_id}/${message_index}`;

/**
 * A store beside the database may have former texts that are ahead of their message, whose event waits in quarantine:
 * no reader sees them. Nor those without text, which only keep their place.
 */
function isShown({ content, version }: MessageEditRow, messageVersion: number | undefined): boolean {
  return content !== null && messageVersion !== undefined && version <= messageVersion;
}

async function tableLines(
  database: Queryable,
  generation: number,
  table: DumpedTable,
  createdFrom: string | null,
): Promise<string[]> {
  const order = table.key.map((column) =>
    ['partition', 'version'].includes(column) || column.endsWith('_offset') || column.endsWith('_index')
      ? column
      : `${column} collate "C"`,
  );
  const { rows } = await database.query<{ line: string }>(
    `select json_build_array(${table.columns.join(', ')})::text as line
     from ${generationSchema(generation)}.${table.name}
     ${createdFrom === null ? '' : 'where created_at >= $1'} order by ${order.join(', ')}`,
    createdFrom === null ? [] : [createdFrom],
  );
  return rows.map((row) => row.line);
}
