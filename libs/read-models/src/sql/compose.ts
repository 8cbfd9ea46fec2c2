import sql, { empty, join, raw, type Sql } from 'sql-template-tag';

export { empty, join, raw, sql, type Sql };

/** A value of a statement that is given by its name when the statement is run. */
export interface Param {
  readonly param: string;
}

/**
 * Stands for a value in `sql` templates. A fragment says by name what it needs, so that fragments of several files fit
 * together in any order, and a value that several of them need is sent once.
 */
export function param(name: string): Param {
  return { param: name };
}

export interface Compiled {
  text: string;
  /** Of the values, in the order of the text's `$1`, `$2` … */
  names: readonly string[];
}

/**
 * The text of a statement, which is prepared once and then run with many values. Throws a `TypeError` for a value that
 * stands in a template itself: it would be that of the first call for ever.
 */
export function compile({ strings, values }: Sql): Compiled {
  const names: string[] = [];
  let text = strings[0]!;
  for (const [at, value] of values.entries()) {
    if (!isParam(value)) throw new TypeError(`a value stands in a statement itself, near "${strings[at]!.slice(-40)}"`);
    let number = names.indexOf(value.param) + 1;
    if (number === 0) number = names.push(value.param);
    text += `$${number}${strings[at + 1]!}`;
  }
  return { text, names };
}

function isParam(value: unknown): value is Param {
  return typeof value === 'object' && value !== null && 'param' in value;
}

/** The values of a statement by name. */
export type Values = Readonly<Record<string, unknown>>;

/** In the order of the text. Throws a `TypeError` where one is not given; null is one, undefined is not. */
export function valuesOf(names: readonly string[], values: Values): unknown[] {
  return names.map((name) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`the statement's value "${name}" is not given`);
    return value;
  });
}
