import { createCatchUp, inTransaction, READ_MODEL_REVISION, type Database } from '@threadlog/read-models';
import { LOCK_READ_MODEL } from './lifecycle';

/**
 * Of a build that takes another one's place: serves the generation that it has made beside those of the other as soon as
 * that has caught up with them. Until then readers of this build wait, and the other build serves. Returns what is served
 * from now on; null mostly.
 */
export function createSuccession(database: Database): () => Promise<number | null> {
  let hasCaughtUp = createCatchUp(database);
  return async () => {
    const built = await firstOfBuild(database);
    if (built === null || !(await hasCaughtUp(built))) return null;
    hasCaughtUp = createCatchUp(database);
    return (await serve(database, built)) ? built : null;
  };
}

/** The newest generation of this build, where none of it is served yet. */
async function firstOfBuild(database: Database): Promise<number | null> {
  const { rows } = await database.query<{ newest: number | null; served: boolean | null }>(
    `select max(generation)::integer as newest, bool_or(state = 'active') as served
     from threadlog.generations where state <> 'dropped' and revision = $1`,
    [READ_MODEL_REVISION],
  );
  const { newest, served } = rows[0]!;
  return served ? null : newest;
}

/** Several projectors may try at once; one of them does it. */
async function serve(database: Database, generation: number): Promise<boolean> {
  return inTransaction(database, async (client) => {
    await client.query(LOCK_READ_MODEL);
    const { rowCount } = await client.query(
      `update threadlog.generations set state = 'active' where generation = $1 and state = 'building'
       and not exists (select from threadlog.generations where state = 'active' and revision = $2)`,
      [generation, READ_MODEL_REVISION],
    );
    return rowCount === 1;
  });
}

/** Generations of builds before this one that nobody needs any more. */
export async function outlived(database: Database, keptHours: number): Promise<number[]> {
  const { rows } = await database.query<{ generation: number }>(
    `select former.generation from threadlog.generations former
     where former.state <> 'dropped' and former.revision < $1 and exists (
       select from threadlog.generations own where own.revision = $1 and own.state = 'active'
         and own.created_at < now() - make_interval(hours => $2))
     order by 1`,
    [READ_MODEL_REVISION, keptHours],
  );
  return rows.map(({ generation }) => generation);
}
