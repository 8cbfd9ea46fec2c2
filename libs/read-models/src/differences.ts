import type { Queryable } from './database';
import { DUMPED_TABLES, isShown, type DumpedTable } from './dump';
import type { MessageStore } from './messages/port';
import { messageEditsTable, messagesTable, receiptsTable, type MessageEditRow } from './projections';
import { generationSchema } from './schema/generation';

/** A row that two generations do not agree on. Never what stands in it. */
export interface Difference {
  table: string;
  key: Record<string, unknown>;
  /** Which of the two has it, where only one does. */
  only: 'one' | 'other' | null;
  /** Columns in which they differ, where both have it. */
  columns: string[];
}

/** A generation, and where its messages are. */
export interface Side {
  generation: number;
  store: MessageStore;
}

export interface DifferencesOptions {
  /** Most that are told of. */
  limit: number;
  /** Receipts from before are passed over: they may have been pruned in one and not yet in the other. */
  receiptsFrom: string;
}

/**
 * The first rows that two generations do not agree on, table by table; none where they hold the same. Says something only
 * where both have read equally far. Rows of tables are compared by the database, messages are read from both stores side by
 * side: little of either is held here.
 */
export async function differencesOf(
  database: Queryable,
  one: Side,
  other: Side,
  { limit, receiptsFrom }: DifferencesOptions,
): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const table of DUMPED_TABLES) {
    const from = table.name === receiptsTable.name ? receiptsFrom : null;
    found.push(...(await differingIn(database, table, { one, other, from, limit: limit - found.length })));
    if (found.length >= limit) return found;
  }
  const messages = alongside(messagesTable, [one.store.all(), other.store.all()]);
  for await (const difference of messages) if (found.push(difference) >= limit) return found;
  const edits = [withText(one.store.allEdits()), withText(other.store.allEdits())] as const;
  for await (const difference of alongside(messageEditsTable, edits)) {
    if (!(await isSeen([one, other], difference))) continue;
    if (found.push(difference) >= limit) return found;
  }
  return found;
}

interface InOneTable {
  one: Side;
  other: Side;
  /** Time before which rows do not count. */
  from: string | null;
  limit: number;
}

async function differingIn(
  database: Queryable,
  { name, columns, key }: DumpedTable,
  { one, other, from, limit }: InOneTable,
): Promise<Difference[]> {
  const named = columns.map((column, at) => ({ column, alias: `c${at}` }));
  const side = ({ generation }: Side): string =>
    `select json_build_array(${key.join(', ')})::text as place, ${named
      .map(({ column, alias }) => `(${column})::text as ${alias}`)
      .join(', ')} from ${generationSchema(generation)}.${name} ${from === null ? '' : 'where created_at >= $2'}`;
  const differs = named.map(({ alias }) => `a.${alias} is distinct from b.${alias}`);
  const { rows } = await database.query<{ place: string; only: Difference['only']; differing: string[] }>(
    `select coalesce(a.place, b.place) as place,
       case when b.place is null then 'one' when a.place is null then 'other' end as only,
       array_remove(array[${named.map(({ column }, at) => `case when ${differs[at]} then '${column.replaceAll("'", "''")}' end`).join(', ')}], null) as differing
     from (${side(one)}) a full join (${side(other)}) b on a.place = b.place
     where a.place is null or b.place is null or ${differs.join(' or ')} order by 1 limit $1`,
    from === null ? [limit] : [limit, from],
  );
  return rows.map(({ place, only, differing }) => {
    const values = JSON.parse(place) as unknown[];
    const named = Object.fromEntries(key.map((column, at) => [column, values[at]]));
    return { table: name, key: named, only, columns: only === null ? differing : [] };
  });
}

/** Rows that one side has read further on than the other, before they count as missing there. */
const READ_AHEAD = 10_000;

/** Compares rows that come in the same order, whichever that is, from both sides. */
async function* alongside<Row extends object>(
  table: KeyedTable,
  sides: readonly [AsyncIterable<Row>, AsyncIterable<Row>],
): AsyncGenerator<Difference> {
  const unmatched = [new Map<string, Row>(), new Map<string, Row>()] as const;
  for await (const [at, row] of inTurn(sides)) {
    const place = JSON.stringify(Object.values(keyOf(table, row)));
    const match = unmatched[beside(at)].get(place);
    if (match === undefined) {
      unmatched[at].set(place, row);
      const [first] = unmatched[at].size > READ_AHEAD ? unmatched[at] : [];
      if (!first) continue;
      unmatched[at].delete(first[0]);
      yield missing(table, first[1], at);
      continue;
    }
    unmatched[beside(at)].delete(place);
    const columns = differingColumns(row, match);
    if (columns.length > 0) yield { table: table.name, key: keyOf(table, row), only: null, columns };
  }
  for (const at of [0, 1] as const) for (const row of unmatched[at].values()) yield missing(table, row, at);
}

type KeyedTable = Pick<DumpedTable, 'name' | 'key'>;
type At = 0 | 1;
const beside = (at: At): At => (at === 0 ? 1 : 0);

const keyOf = ({ key }: KeyedTable, row: object): Difference['key'] =>
  Object.fromEntries(key.map((column) => [column, (row as Record<string, unknown>)[column]]));

const missing = (table: KeyedTable, row: object, at: At): Difference => ({
  ...{ table: table.name, key: keyOf(table, row), columns: [] },
  only: at === 0 ? 'one' : 'other',
});

/** A row of the one, a row of the other, and so on; what is left of the longer one at the end. */
async function* inTurn<Row>(sides: readonly [AsyncIterable<Row>, AsyncIterable<Row>]): AsyncGenerator<[At, Row]> {
  const open = ([0, 1] as const).map((at) => ({ at, reader: sides[at][Symbol.asyncIterator]() }));
  while (open.length > 0) {
    for (const side of [...open]) {
      const { done, value } = await side.reader.next();
      if (done) open.splice(open.indexOf(side), 1);
      else yield [side.at, value];
    }
  }
}

function differingColumns(one: object, other: object): string[] {
  const [first, second] = [one, other] as Record<string, unknown>[];
  const columns = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...columns].filter((column) => JSON.stringify(first![column]) !== JSON.stringify(second![column])).sort();
}

/** Without text a former text only keeps its place. */
async function* withText(rows: AsyncIterable<MessageEditRow>): AsyncGenerator<MessageEditRow> {
  for await (const row of rows) if (row.content !== null) yield row;
}

/** A store beside the database may have former texts whose event waits in quarantine: no reader sees them. */
async function isSeen(sides: readonly Side[], { key, only }: Difference): Promise<boolean> {
  const place = key as Pick<MessageEditRow, 'tenant_id' | 'thread_id' | 'message_index' | 'slot'>;
  for (const { store } of sides.filter((_, at) => only === null || only === (at === 0 ? 'one' : 'other'))) {
    const [message] = await store.byKeys([place]);
    for (const edit of message ? await store.editsOf({ ...message }, { limit: 1_000 }) : [])
      if (edit.slot === place.slot && isShown(edit, message!.version)) return true;
  }
  return false;
}
