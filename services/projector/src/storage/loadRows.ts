import {
  generationSchema,
  rowKey,
  selectByKeysSql,
  type MessageKey,
  type MessageStore,
  type Queryable,
} from '@threadlog/read-models';
import type { Touch } from '../folding/foldEntries';
import type { RowSet } from '../folding/rowSet';
import type { Projection } from '../projections/projection';

export interface RowSource {
  database: Queryable;
  generation: number;
  store: MessageStore;
  /** The projection whose rows live in the message store; null where they are relational too. */
  stored: Projection<object> | null;
}

/**
 * Reads the rows that entries touch and that are not known yet: one query a table, none for a batch that only goes on
 * with rows it knows. A row that the batch itself creates is not looked for.
 */
export async function loadRows(touches: readonly Touch[], rows: RowSet, source: RowSource): Promise<void> {
  const wanted = new Map<Projection<object>, Map<string, object>>();
  for (const { projection, ref } of touches) {
    if (rows.get(projection, ref.name) !== undefined || wanted.get(projection)?.has(ref.name)) continue;
    if (ref.fresh) {
      rows.loaded(projection, ref.name, null);
      continue;
    }
    let keys = wanted.get(projection);
    if (!keys) wanted.set(projection, (keys = new Map()));
    keys.set(ref.name, ref.key);
  }
  await Promise.all([...wanted].map(([projection, keys]) => loadTable(projection, keys, { rows, source })));
}

async function loadTable(
  projection: Projection<object>,
  keys: ReadonlyMap<string, object>,
  { rows, source }: { rows: RowSet; source: RowSource },
): Promise<void> {
  for (const name of keys.keys()) rows.loaded(projection, name, null);
  for (const row of await read(projection, [...keys.values()], source)) {
    rows.loaded(projection, rowKey(projection.table, row), row);
  }
}

async function read(projection: Projection<object>, keys: object[], source: RowSource): Promise<object[]> {
  if (projection === source.stored) return source.store.byKeys(keys as MessageKey[]);
  const { table } = projection;
  const result = await source.database.query<Record<string, unknown>>({
    name: `load_${table.name}_${source.generation}`,
    text: selectByKeysSql(table, generationSchema(source.generation), '$1'),
    values: [JSON.stringify(keys)],
  });
  return result.rows;
}
