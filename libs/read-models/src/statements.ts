import { createHash } from 'node:crypto';
import knex, { type Knex } from 'knex';
import type { QueryResultRow } from 'pg';
import type { Queryable } from './database';
import { generationSchema } from './schema/generation';
import { compile, raw, valuesOf, type Compiled, type Sql, type Values } from './sql/compose';

/** What queries of a generation run on. `generation` is asked each time: a watcher's `current`, or a constant. */
export interface ReadModelSource {
  database: Queryable;
  generation: () => number;
}

export interface Statements {
  /**
   * Runs a prepared statement and returns its rows. `text` gets the generation's schema and must give the same text
   * for the same `name`: each connection prepares it once a generation.
   */
  rows<Row extends QueryResultRow>(
    name: string,
    text: (schema: string) => string,
    values: readonly unknown[],
  ): Promise<Row[]>;
  /** The same for a statement that is composed of fragments, whose values are given by name. */
  composed<Row extends QueryResultRow>(name: string, compose: Compose, values: Values): Promise<Row[]>;
  /**
   * Runs a statement that is planned each time, for its very values: where the best plan depends on them, as with
   * a search for a rare or a common word.
   */
  planned<Row extends QueryResultRow>(text: (schema: string) => string, values: readonly unknown[]): Promise<Row[]>;
  plannedComposed<Row extends QueryResultRow>(compose: Compose, values: Values): Promise<Row[]>;
  /** Runs what a query builder has made, of tables of the generation; prepared once for each text that comes of it. */
  built<Row extends QueryResultRow>(build: (query: Query) => Query): Promise<Row[]>;
}

/** A query that is being built, with knex. */
export type Query = Knex.QueryBuilder;

/** A statement for a generation's schema; the same one whenever it is asked for. */
export type Compose = (schema: Sql) => Sql;

/** Prepared statements against the tables of a generation. */
export function createStatements({ database, generation }: ReadModelSource): Statements {
  const once = perGeneration(generation);

  async function run<Row extends QueryResultRow>(statement: { name?: string; text: string }, values: unknown[]) {
    return (await database.query<Row>({ ...statement, values })).rows;
  }

  return {
    rows(name, text, values) {
      const statement = once(name, (schema) => ({ text: text(schema), names: [] }));
      return run({ name: statement.name, text: statement.text }, values as unknown[]);
    },
    composed(name, compose, values) {
      const { names, ...statement } = once(name, (schema) => compile(compose(raw(schema))));
      return run(statement, valuesOf(names, values));
    },
    planned: (text, values) => run({ text: text(generationSchema(generation())) }, values as unknown[]),
    plannedComposed(compose, values) {
      const { text, names } = compile(compose(raw(generationSchema(generation()))));
      return run({ text }, valuesOf(names, values));
    },
    built(build) {
      const query = (builder ??= knex({ client: 'pg' })).withSchema(generationSchema(generation()));
      const { sql: text, bindings } = build(query).toSQL().toNative();
      return run({ name: nameOf(text), text }, [...bindings]);
    },
  };
}

/** Writes each statement of a generation once, under a name of its own. */
function perGeneration(generation: () => number) {
  let known = 0;
  const written = new Map<string, Compiled & { name: string }>();
  return (name: string, write: (schema: string) => Compiled): Compiled & { name: string } => {
    const active = generation();
    if (active !== known) {
      written.clear();
      known = active;
    }
    let statement = written.get(name);
    if (!statement) written.set(name, (statement = { name: `${name}_${active}`, ...write(generationSchema(active)) }));
    return statement;
  };
}

/** It has no connection: what it builds is run by `Statements`. */
let builder: Knex | undefined;

/** The same text has the same name in every process, and no two texts have one. */
function nameOf(text: string): string {
  return `built_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
