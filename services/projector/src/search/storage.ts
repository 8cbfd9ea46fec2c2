import type { ReadPosition } from '@threadlog/log';
import { columnsOf, generationSchema, messageSearchTable, rootOfThread, type Queryable } from '@threadlog/read-models';
import type { IndexWrite } from './indexRows';

/** Where the index stands on each partition; those that are missing begin at the start of the log. */
export async function beginSearchCheckpoints(
  database: Queryable,
  generation: number,
  partitions: number,
): Promise<Map<number, ReadPosition>> {
  const table = `${generationSchema(generation)}.search_checkpoints`;
  await database.query(
    `insert into ${table} (partition, next_offset, max_epoch)
     select partition, 0, 0 from generate_series(0, $1::integer - 1) as partition on conflict do nothing`,
    [partitions],
  );
  const { rows } = await database.query<{ partition: number; offset: number; maxEpoch: number }>(
    `select partition, next_offset as "offset", max_epoch as "maxEpoch" from ${table}`,
  );
  return new Map(rows.map(({ partition, offset, maxEpoch }) => [partition, { offset, maxEpoch }]));
}

export interface IndexBatch {
  generation: number;
  partition: number;
  /** Where the index stands as far as is known. */
  from: number;
  to: ReadPosition;
  write: IndexWrite;
}

/**
 * Writes a batch and moves the index's checkpoint in one statement, or answers false and writes nothing where it stands
 * elsewhere: another projector was faster, or the database crashed and started the index over.
 */
export async function commitIndex(database: Queryable, batch: IndexBatch): Promise<boolean> {
  const { generation, partition, from, to, write } = batch;
  const result = await database.query<{ moved: number }>({
    name: `search_${generation}`,
    text: commitSql(generationSchema(generation)),
    values: [
      partition,
      from,
      to.offset,
      to.maxEpoch,
      JSON.stringify(write.rows),
      JSON.stringify(write.removed),
      JSON.stringify(write.removedThreads),
    ],
  });
  return result.rows[0]?.moved === 1;
}

const COLUMNS = columnsOf(messageSearchTable);
const DECLARED = Object.entries(messageSearchTable.columns)
  .map(([name, { type }]) => `${name} ${type}`)
  .join(', ');
const ROOT = rootOfThread('s.thread_id');
const MOVED = 'exists (select from moved)';

const commitSql = (schema: string): string => `
  with moved as (
    update ${schema}.search_checkpoints set next_offset = $3, max_epoch = greatest(max_epoch, $4)
    where partition = $1 and next_offset = $2
      and set_config('synchronous_commit', 'off', true) is not null
    returning partition
  ), written as (
    insert into ${schema}.message_search as stored
      (${COLUMNS})
    select ${COLUMNS} from json_to_recordset($5::json) as given(${DECLARED})
    where ${MOVED}
    on conflict (tenant_id, thread_id, message_index)
      do update set version = excluded.version, tokens = excluded.tokens
  ), removed as (
    delete from ${schema}.message_search s
    using json_to_recordset($6::json) as given(tenant_id text, thread_id text, message_index integer)
    where ${MOVED} and s.tenant_id = given.tenant_id and s.thread_id = given.thread_id
      and s.message_index = given.message_index
  ), threads_removed as (
    delete from ${schema}.message_search s
    using json_to_recordset($7::json) as given(tenant_id text, thread_id text)
    where ${MOVED} and s.tenant_id = given.tenant_id
      and (${ROOT} = given.thread_id or ${ROOT} = ${rootOfThread('given.thread_id')} and s.thread_id = given.thread_id)
  )
  select count(*)::integer as moved from moved`;
