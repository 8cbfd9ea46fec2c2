import type { Queryable } from './database';
import type { MessageKey, MessageStore } from './messages/port';
import { messageRefsTable, receiptsTable, type MessageEditRow } from './projections';
import { generationSchema } from './schema/generation';
import { FOLDED_TABLES } from './schema/generationTables';
import { checkpointsTable, parkedKeysTable, quarantineTable } from './tables/laneTables';
import type { TableShape } from './tables/table';

/** A table as a dump reads it: which columns, in which order. */
export interface DumpedTable {
  name: string;
  columns: readonly string[];
  key: readonly string[];
}

const asDumped = ({ name, columns, marks, key }: TableShape): DumpedTable => ({
  name,
  columns: Object.keys({ ...columns, ...marks }),
  key,
});

/** Clock times of the projector (`updated_at`, `created_at` of the lane's own tables) are not part of the fold. */
export const DUMPED_TABLES: readonly DumpedTable[] = [
  ...[...FOLDED_TABLES, messageRefsTable].map(asDumped),
  { ...asDumped(checkpointsTable), columns: ['partition', 'next_offset', 'max_epoch'] },
  {
    ...asDumped(quarantineTable),
    columns: ['partition', 'log_offset', 'record_key', 'reason', `encode(value, 'base64')`, 'headers'],
  },
  asDumped(parkedKeysTable),
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
  for (const table of DUMPED_TABLES) {
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
export function isShown({ content, version }: MessageEditRow, messageVersion: number | undefined): boolean {
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
