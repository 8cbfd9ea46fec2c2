import type { Statements } from '../statements';
import { columnsOf, type Table } from '../tables/table';

const DUMP_PAGE = 1_000;

/** Every row of a table in the order of its key, a page at a time. */
export async function* allRows<Row extends object>(statements: Statements, table: Table<Row>): AsyncIterable<Row> {
  const key = table.key.join(', ');
  const first = table.key.map((column) => (table.columns[column].type === 'text' ? '' : -1));
  for (let after: unknown[] = first; ;) {
    const rows: Row[] = await statements.rows<Row & Record<string, unknown>>(
      `${table.name}_all`,
      (schema) => `select ${columnsOf(table)} from ${schema}.${table.name}
        where (${key}) > (${table.key.map((_column, at) => `$${at + 1}`).join(', ')})
        order by ${key} limit ${DUMP_PAGE}`,
      after,
    );
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < DUMP_PAGE || !last) return;
    after = table.key.map((column) => last[column]);
  }
}
