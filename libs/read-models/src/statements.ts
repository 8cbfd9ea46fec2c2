import type { QueryResultRow } from 'pg';
import type { Queryable } from './database';
import { generationSchema } from './schema/generation';

/** What queries of a generation run on. `generation` is asked anew each time: a watcher's `current`, or a constant. */
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
  /**
   * Runs a statement that is planned anew each time, for its very values: where the best plan depends on them, as with
   * a search for a rare or a common word.
   */
  planned<Row extends QueryResultRow>(text: (schema: string) => string, values: readonly unknown[]): Promise<Row[]>;
}

/** Prepared statements against the tables of a generation. */
export function createStatements({ database, generation }: ReadModelSource): Statements {
  let known = 0;
  const texts = new Map<string, { name: string; text: string }>();
  return {
    async rows<Row extends QueryResultRow>(
      name: string,
      text: (schema: string) => string,
      values: readonly unknown[],
    ): Promise<Row[]> {
      const active = generation();
      if (active !== known) {
        texts.clear();
        known = active;
      }
      let statement = texts.get(name);
      if (!statement)
        texts.set(name, (statement = { name: `${name}_${active}`, text: text(generationSchema(active)) }));
      const result = await database.query<Row>({ ...statement, values: values as unknown[] });
      return result.rows;
    },
    async planned<Row extends QueryResultRow>(text: (schema: string) => string, values: readonly unknown[]) {
      const result = await database.query<Row>({
        text: text(generationSchema(generation())),
        values: values as unknown[],
      });
      return result.rows;
    },
  };
}
