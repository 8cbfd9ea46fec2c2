import { generationSchema, integer, upsertSql, type Projection, type Queryable } from '@threadlog/read-models';
import type { BatchWrite } from './commitBatch';
import { preparedOnce, shapeOf } from './prepared';

/** Each row says which batch it belongs to. */
const OF_MOVED = {
  condition: 'given.lane_partition in (select partition from moved)',
  more: { lane_partition: integer() },
};

/**
 * `commitBatch` for batches of several partitions of one generation, without quarantined records: one statement, and for
 * each batch all or nothing. Resolves with the partitions whose checkpoints stood where they should, and were moved.
 */
export async function commitTogether(database: Queryable, writes: readonly BatchWrite[]): Promise<Set<number>> {
  const [{ generation, relational }] = writes as [BatchWrite];
  const schema = generationSchema(generation);
  const touched = relational.filter((projection) => writes.some(({ changes }) => changes.get(projection)?.size));
  const rowsOf = (projection: Projection<object>): string =>
    JSON.stringify(
      writes.flatMap(({ from: { partition: lane_partition }, changes }) =>
        [...(changes.get(projection)?.values() ?? [])].map((row) => ({ ...row, lane_partition })),
      ),
    );
  const result = await database.query<{ moved: number[] }>({
    ...preparedOnce(relational, `apply_together_${generation}_${shapeOf(relational, touched)}`, () =>
      statement(
        schema,
        touched.map(({ table }, at) => upsertSql(table, schema, `$${FIRST + at}`, OF_MOVED)),
      ),
    ),
    values: [JSON.stringify(writes.map(move)), ...touched.map(rowsOf)],
  });
  return new Set(result.rows[0]!.moved);
}

/** Number of the first parameter that holds rows. */
const FIRST = 2;

const move = ({ from, to }: BatchWrite) => ({
  partition: from.partition,
  next_offset: from.nextOffset,
  revision: from.revision,
  to_offset: to.offset,
  to_epoch: to.maxEpoch,
});

/** Checkpoints are locked in the order of their partitions, so that two projectors wait for each other in turn. */
function statement(schema: string, parts: readonly string[]): string {
  return `with given as materialized (
    select * from json_to_recordset($1::json) as move(
      partition integer, next_offset bigint, revision integer, to_offset bigint, to_epoch bigint)
  ), locked as materialized (
    select c.partition from ${schema}.checkpoints c join given using (partition)
    where c.next_offset = given.next_offset and c.revision = given.revision and c.next_offset <= given.to_offset
      and set_config('synchronous_commit', 'off', true) is not null
    order by c.partition for update of c
  ), moved as (
    update ${schema}.checkpoints c
    set next_offset = given.to_offset, max_epoch = greatest(c.max_epoch, given.to_epoch), updated_at = now()
    from given join locked using (partition)
    where c.partition = given.partition and c.next_offset = given.next_offset and c.revision = given.revision
    returning c.partition)
  ${parts.map((part, index) => `, part_${index} as (${part})`).join('\n')}
  select coalesce(array_agg(partition), '{}') as moved from moved`;
}
