import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testStack } from '@threadlog/testing';
import type { Queryable } from '../database';
import { migrate } from '../migrate';
import { READ_MODEL_REVISION } from '../revision';
import type { MessageStoreKind } from '../schema/generationTables';

/**
 * The tables of a revision, as Postgres knows them. Rows of a generation are only ever read by builds of its revision, so
 * a change here needs another revision, but for tables and indexes that are new.
 */
describe('the tables of a generation', () => {
  const stack = testStack();

  it.each<MessageStoreKind>(['postgres', 'mongo'])(
    'are those of the revision, with messages in %s',
    async (messages) => {
      const database = await stack.freshPool();
      await migrate(database, { messages });
      const file = join(__dirname, `revision-${READ_MODEL_REVISION}.${messages}.txt`);
      const found = await catalogueOf(database);
      expect(found).toBe(await readFile(file, 'utf8'));
    },
  );
});

async function catalogueOf(database: Queryable): Promise<string> {
  const { rows } = await database.query<{ line: string }>(`
    with relations as (
      select c.oid, c.relname, c.relkind, c.relpersistence, c.reloptions from pg_class c
      where c.relnamespace = 'read_1'::regnamespace and c.relkind in ('r', 'v')
    )
    select line from (select format('%s %s %s', relname, case relkind when 'v' then 'view' else 'table' end,
      concat_ws(' ', case relpersistence when 'u' then 'unlogged' end, reloptions)) as line from relations
    union all
    select format('%s %s %s %s%s%s', relname, lpad(a.attnum::text, 2), a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' end, ' default ' || pg_get_expr(d.adbin, d.adrelid))
    from relations join pg_attribute a on a.attrelid = oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    union all
    select format('%s index %s', relname, pg_get_indexdef(i.indexrelid))
    from relations join pg_index i on i.indrelid = oid
    union all
    select format('%s constraint %s %s', relname, k.conname, pg_get_constraintdef(k.oid))
    from relations join pg_constraint k on k.conrelid = relations.oid and k.contype <> 'n'
    union all
    select format('%s as %s', relname, regexp_replace(pg_get_viewdef(oid), '\\s+', ' ', 'g')) from relations where relkind = 'v'
    ) lines order by line collate "C"`);
  return `${rows.map(({ line }) => line.trim()).join('\n')}\n`;
}
