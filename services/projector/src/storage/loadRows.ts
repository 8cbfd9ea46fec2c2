import {
  generationSchema,
  rowKey,
  selectByKeysSql,
  type MessageKey,
  type MessageStore,
  type Projection,
  type Queryable,
} from '@threadlog/read-models';
import type { Planned } from '../folding/foldEntries';
import type { RowSet } from '../folding/rowSet';

export interface RowSource {
  database: Queryable;
  generation: number;
  store: Pick<MessageStore, 'byKeys'>;
  /** The projection whose rows live in the message store; null where they are relational too. */
  stored: Projection<object> | null;
  /** Set for a single client, which takes one query at a time; a pool takes several. */
  oneByOne?: true;
}

/**
 * Reads the rows that entries touch and that are not known yet: one query a table, none for a batch that only goes on
 * with rows it knows. A row that the batch itself creates is not looked for.
 */
export async function loadRows(planned: readonly Planned[], rows: RowSet, source: RowSource): Promise<void> {
  const created = new Map<Projection<object>, Set<string>>();
  const wanted = new Map<Projection<object>, Map<string, object>>();
  for (const { touches } of planned) {
    for (const { projection, ref } of touches) {
      const { name } = ref;
      if (ref.fresh) of(created, projection, () => new Set<string>()).add(name);
      else if (created.get(projection)?.has(name) || rows.get(projection, name) !== undefined) continue;
      else of(wanted, projection, () => new Map<string, object>()).set(name, ref.key);
    }
  }
  const load = ([projection, keys]: [Projection<object>, Map<string, object>]) =>
    loadTable(projection, keys, { rows, source });
  if (source.oneByOne) for (const each of wanted) await load(each);
  else await Promise.all([...wanted].map(load));
}

function of<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
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
