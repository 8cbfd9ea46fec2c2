import type { Queryable } from './database';

/**
 * Raised with every change of what existing tables hold or of how existing events are folded into them: rows of another
 * revision cannot be read by this build, so such a read model is rebuilt from the log. A new table for new events is
 * no such change.
 */
export const READ_MODEL_REVISION = 5;

/** The read model was taken over by a newer build, and what this one could read is gone. */
export class ReadModelRevisionError extends Error {
  override readonly name = 'ReadModelRevisionError';
  constructor(readonly found: number) {
    super(`the read model is of revision ${found}, and this build knows ${READ_MODEL_REVISION}: run the newer build`);
  }
}

interface Known {
  generation: number;
  revision: number;
}

/** What a migration has to do about generations. */
export interface GenerationsPlan {
  /** Those of this build: their tables are brought up to date. */
  own: number[];
  /** Those that other builds keep up, or left behind. */
  others: number[];
}

/**
 * Looks at the generations that are not dropped. Throws `ReadModelRevisionError` where a newer build's is among them and
 * none of this one: to build it again would need whoever is written to now to wait for it.
 */
export async function planGenerations(client: Queryable): Promise<GenerationsPlan> {
  const { rows } = await client.query<Known>(
    `select generation, revision from threadlog.generations where state <> 'dropped' order by generation`,
  );
  const isOwn = ({ revision }: Known): boolean => revision === READ_MODEL_REVISION;
  const newer = rows.find(({ revision }) => revision > READ_MODEL_REVISION);
  if (newer && !rows.some(isOwn)) throw new ReadModelRevisionError(newer.revision);
  const of = (wanted: boolean) => rows.filter((row) => isOwn(row) === wanted).map(({ generation }) => generation);
  return { own: of(true), others: of(false) };
}

/** A generation that a migration made, empty, and those of other builds beside it. */
export interface Begun {
  generation: number;
  others: number[];
}

/**
 * Makes the first generation of this build, empty, in one transaction. Alone it is served at once. Beside those of other
 * builds it is built first, and they stay: whoever runs them goes on, and can be gone back to.
 */
export async function beginGeneration(
  client: Queryable,
  { first, others, tables }: { first: number; others: number[]; tables: (generation: number) => string },
): Promise<Begun> {
  await client.query('begin');
  const { rows } = await client.query<{ next: number }>(
    'select coalesce(max(generation) + 1, $1)::integer as next from threadlog.generations',
    [first],
  );
  const generation = rows[0]!.next;
  await client.query(tables(generation));
  const state = others.length === 0 ? 'active' : 'building';
  await client.query('insert into threadlog.generations (generation, state, revision) values ($1, $2, $3)', [
    ...[generation, state, READ_MODEL_REVISION],
  ]);
  // Builds that know no others than their own read this alone.
  const keep = others.length === 0 ? 'do update set active = excluded.active' : 'do nothing';
  await client.query(`insert into threadlog.read_model (active) values ($1) on conflict (single) ${keep}`, [
    generation,
  ]);
  await client.query('commit');
  return { generation, others };
}
