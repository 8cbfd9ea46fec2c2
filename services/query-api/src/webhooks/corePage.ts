import { instantOfDate, type Query } from '@threadlog/read-models';
import type { QueryContext } from '../context';
import { decodeKeyset, type Keyset, type KeysetList } from '../cursors';
import { keysetOrder, keysetPage } from '../pages';

interface ListRequest<Row> {
  list: KeysetList;
  query: { cursor?: string | undefined; limit: number };
  columns: readonly [at: string, n: string];
  at(row: Row): Date;
  from(core: Query): Query;
}

/** A page of one of the core tables, which no generation owns. */
export async function corePage<Row extends { n: number }>(
  { statements }: QueryContext,
  { list, query: { cursor: text, limit }, columns, at, from }: ListRequest<Row>,
) {
  const cursor: Keyset | null = decodeKeyset(list, { cursor: text });
  const rows = await statements.built<Row>((query) =>
    keysetOrder(from(query.withSchema('threadlog').select('*')), { cursor, columns, limit: limit + 1 }),
  );
  const key = (row: Row) => ({ at: instantOfDate(at(row)), id: String(row.n) });
  return keysetPage(rows, { list, cursor, limit, key });
}
