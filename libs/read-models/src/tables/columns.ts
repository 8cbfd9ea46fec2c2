/** A column of a table: its type in Postgres, and the type of what is read from it and written to it. */
export interface Column<Value = unknown> {
  readonly type: string;
  readonly nullable: boolean;
  /** An expression, for rows that do not say. */
  readonly default?: string;
  /** An expression of other columns, for what the database fills in by itself. */
  readonly generated?: string;
  /** Never there: it carries the type. */
  readonly value?: Value;
}

export type Columns = Readonly<Record<string, Column>>;

/** The row type of a table's columns. */
export type RowOfColumns<Declared extends Columns> = {
  -readonly [Name in keyof Declared]: Declared[Name] extends Column<infer Value> ? Value : never;
};

function columnOf<Value>(type: string) {
  return (standard?: string): Column<Value> => ({
    type,
    nullable: false,
    ...(standard !== undefined && { default: standard }),
  });
}

/** Ids, codes, sealed blobs and timestamps: the events' own strings, which compare as text. */
export const text = <Value extends string = string>(): Column<Value> => columnOf<Value>('text')();
/** Ids that are always UUIDs, in less than half the bytes of their text; they come back as that, and sort like it. */
export const uuid = (): Column<string> => columnOf<string>('uuid')();
/** Each takes the column's default, if it has one. */
export const integer = columnOf<number>('integer');
/** Comes back as a number (`createDatabase`): offsets and epochs stay below 2^53. */
export const bigint = columnOf<number>('bigint');
export const boolean = columnOf<boolean>('boolean');
export const json = <Value>(): Column<Value> => columnOf<Value>('jsonb')();
export const texts = columnOf<string[]>('text[]');
export const bytes = columnOf<Buffer>('bytea');
/** A time of the database's own clock, which is not part of any fold. */
export const instant = columnOf<Date>('timestamp with time zone');

/** A text that the database makes of other columns, and keeps. */
export function madeOf(expression: string): Column<string> {
  return { ...text(), generated: expression };
}

export function nullable<Value>(column: Column<Value>): Column<Value | null> {
  return { ...column, nullable: true } as Column<Value | null>;
}
