import type { Queryable } from './database';
import { generationSchema } from './schema/generation';

/**
 * Raised with every change of what existing tables hold or of how existing events are folded into them: rows of another
 * revision cannot be read by this build, so such a read model is rebuilt from the log. A new table for new events is
 * no such change.
 */
export const READ_MODEL_REVISION = 5;

/** The database belongs to a newer build than this one; an older one must not touch it. */
export class ReadModelRevisionError extends Error {
  override readonly name = 'ReadModelRevisionError';
  constructor(readonly found: number) {
    super(`the read model is of revision ${found}, and this build knows ${READ_MODEL_REVISION}: run the newer build`);
  }
}

interface Known {
  generation: number;
  state: string;
  revision: number;
}

/** What a migration has to do about generations. */
export interface GenerationsPlan {
  /** Those of this build: their tables are brought up to date. */
  current: number[];
  /** True where none that this build can read is served. */
  replace: boolean;
}

/** Looks at the generations that are not dropped. Throws `ReadModelRevisionError` where one is of a newer build. */
export async function planGenerations(client: Queryable): Promise<GenerationsPlan> {
  const { rows } = await client.query<Known>(
    `select generation, state, revision from threadlog.generations where state <> 'dropped' order by generation`,
  );
  const newer = rows.find(({ revision }) => revision > READ_MODEL_REVISION);
  if (newer) throw new ReadModelRevisionError(newer.revision);
  const current = rows.filter(({ revision }) => revision === READ_MODEL_REVISION);
  return {
    current: current.map(({ generation }) => generation),
    replace: !current.some(({ state }) => state === 'active'),
  };
}

/** A generation that was made by a migration, empty, and the ones of other builds that it took the place of. */
export interface Replaced {
  generation: number;
  former: number[];
}

/**
 * Makes an empty generation of this build the one that is served, and drops those of other revisions, in one
 * transaction. Until projectors have folded the log into it, reads show what they have come to.
 */
export async function replaceGenerations(
  client: Queryable,
  first: number,
  tables: (generation: number) => string,
): Promise<Replaced> {
  await client.query('begin');
  const { rows } = await client.query<{ next: number }>(
    'select coalesce(max(generation) + 1, $1)::integer as next from threadlog.generations',
    [first],
  );
  const generation = rows[0]!.next;
  await client.query(tables(generation));
  const dropped = await client.query<{ generation: number }>(
    `update threadlog.generations set state = 'dropped' where state <> 'dropped' and revision <> $1 returning generation`,
    [READ_MODEL_REVISION],
  );
  for (const { generation: old } of dropped.rows)
    await client.query(`drop schema if exists ${generationSchema(old)} cascade`);
  await client.query(`update threadlog.generations set state = 'retired' where state = 'active'`);
  await client.query(`insert into threadlog.generations (generation, state, revision) values ($1, 'active', $2)`, [
    generation,
    READ_MODEL_REVISION,
  ]);
  await client.query(
    'insert into threadlog.read_model (active) values ($1) on conflict (single) do update set active = excluded.active',
    [generation],
  );
  await client.query('commit');
  return { generation, former: dropped.rows.map((row) => row.generation) };
}
