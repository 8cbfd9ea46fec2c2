import type { Queryable } from './database';
import type { Taking } from './projections';

/** Takes columns away from a row that has not seen the event yet; its version stays. One that is not there is left out. */
export async function takeAway(
  database: Queryable,
  schema: string,
  { table, key, before, columns }: Omit<Taking, 'columns' | 'key'> & { key: object; columns: object },
): Promise<void> {
  const [set, where] = [Object.entries(columns), Object.entries(key)];
  const changes = set.map(([name], at) => `${name} = $${at + 2}`);
  const conditions = where.map(([name], at) => `${name} = $${at + 2 + set.length}`);
  await database.query(
    `update ${schema}.${table} set ${changes.join(', ')} where ${conditions.join(' and ')} and version < $1`,
    [before, ...set.map(([, value]) => value as unknown), ...where.map(([, value]) => value as unknown)],
  );
}
