import type { Column } from './columns';
import type { Index, TableShape } from './table';

/** The statements that make a table and its indexes in a schema, and leave alone what is there. */
export function tableSql(table: TableShape, schema: string): string {
  const { name, columns, marks, key, indexes = {}, unlogged, fillFactor } = table;
  const parts = Object.entries({ ...columns, ...marks }).map(columnSql);
  const made = `create ${unlogged ? 'unlogged ' : ''}table if not exists ${schema}.${name} (
  ${[...parts, `primary key (${key.join(', ')})`].join(',\n  ')}
)${fillFactor === undefined ? '' : ` with (fillfactor = ${fillFactor})`};`;
  return [made, ...Object.entries(indexes).map((entry) => indexSql(entry, `${schema}.${name}`))].join('\n');
}

function columnSql([name, { type, nullable, default: standard, generated }]: [string, Column]): string {
  return [
    `${name} ${type}`,
    !nullable && 'not null',
    standard !== undefined && `default ${standard}`,
    generated !== undefined && `generated always as (${generated}) stored`,
  ]
    .filter(Boolean)
    .join(' ');
}

function indexSql(
  [name, { on, unique, using, include, with: storage, where }]: [string, Index],
  table: string,
): string {
  return [
    `create ${unique ? 'unique ' : ''}index if not exists ${name} on ${table}`,
    using && `using ${using}`,
    `(${on})`,
    include && `include (${include})`,
    storage && `with (${storage})`,
    where && `where ${where}`,
  ]
    .filter(Boolean)
    .join(' ')
    .concat(';');
}
