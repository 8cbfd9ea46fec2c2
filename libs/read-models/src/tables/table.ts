/**
 * How rows of one type are kept in a generation's table. The projector writes and loads every table through this one
 * description, so a projection need not hold any SQL.
 */
export interface Table<Row extends object> {
  readonly name: string;
  /** Every column with its Postgres type, in the order of the table. */
  readonly columns: { readonly [Column in keyof Row & string]: string };
  /** The primary key. */
  readonly key: readonly (keyof Row & string)[];
  /** A stored row of the same or a higher value stays: what makes a replayed write harmless. */
  readonly guard: keyof Row & string;
}

/** A row's primary key as one string; ids hold no `/`. */
export function rowKey<Row extends object>(table: Table<Row>, row: Row): string {
  return table.key.map((column) => String(row[column])).join('/');
}

const names = (table: Table<never>): string[] => Object.keys(table.columns);
const recordset = (
  { columns: types }: { columns: Readonly<Record<string, string>> },
  columns: readonly string[],
  parameter: string,
): string =>
  `json_to_recordset(${parameter}::json) as given(${columns.map((name) => `${name} ${types[name]}`).join(', ')})`;

export interface UpsertOptions {
  /** Only rows for which it holds are written; it may refer to a row as `given`. `true` by default. */
  condition?: string;
  /** Columns with their types that given rows have beside those that are stored. */
  more?: Readonly<Record<string, string>>;
}

/**
 * Statement that writes rows, given as a JSON array of whole rows in `parameter`; at most one row a key. (Measured against `unnest` of 23 arrays: as fast for thousands of rows, and twice as fast for one.)
 */
export function upsertSql<Row extends object>(
  table: Table<Row>,
  schema: string,
  parameter: string,
  { condition = 'true', more = {} }: UpsertOptions = {},
): string {
  const columns = names(table);
  const keys = new Set<string>(table.key);
  const given = recordset({ columns: { ...table.columns, ...more } }, [...columns, ...Object.keys(more)], parameter);
  const changes = columns.filter((name) => !keys.has(name)).map((name) => `${name} = excluded.${name}`);
  return `insert into ${schema}.${table.name} as stored (${columns.join(', ')})
    select ${columns.map((name) => `given.${name}`).join(', ')} from ${given} where ${condition}
    on conflict (${table.key.join(', ')}) do update set ${changes.join(', ')}
    where stored.${table.guard} < excluded.${table.guard}`;
}

/** Query of the rows whose keys are given as a JSON array of objects in `parameter`. */
export function selectByKeysSql<Row extends object>(table: Table<Row>, schema: string, parameter: string): string {
  const columns = names(table).map((name) => `stored.${name}`);
  return `select ${columns.join(', ')} from ${recordset(table, table.key, parameter)}
    join ${schema}.${table.name} stored using (${table.key.join(', ')})`;
}
