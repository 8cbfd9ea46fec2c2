import type { ReadPosition } from '@threadlog/log';
import { generationSchema, upsertSql, type Checkpoint, type Projection, type Queryable } from '@threadlog/read-models';
import type { Quarantined } from '../folding/foldEntries';
import { KEY_CHARACTERS } from '../folding/recordKey';
import { preparedOnce, shapeOf } from './prepared';

export interface BatchWrite {
  generation: number;
  /** Where the lane knows the checkpoint to stand. */
  from: Checkpoint;
  to: ReadPosition;
  /** All projections whose rows can be among the changes, in a fixed order. */
  relational: readonly Projection<object>[];
  changes: ReadonlyMap<Projection<object>, ReadonlyMap<string, object>>;
  quarantined: readonly Quarantined[];
}

/**
 * Writes a batch and moves the checkpoint in one statement, which is one transaction and one round trip. Everything
 * hangs on the first part: where the checkpoint does not stand at `from`, at the same revision, nothing is written at
 * all, and the answer is false. The row lock of that part makes a second projector wait and then find it moved.
 *
 * The commit does not wait for the disk: a lost one takes its checkpoint along and is simply folded again. The setting
 * is local to this transaction, so nobody else on the pool inherits it.
 */
export async function commitBatch(database: Queryable, write: BatchWrite): Promise<boolean> {
  const { from, to, changes, generation } = write;
  const schema = generationSchema(generation);
  const touched = write.relational.filter((projection) => (changes.get(projection)?.size ?? 0) > 0);
  const values: unknown[] = [from.partition, from.nextOffset, from.revision, to.offset, to.maxEpoch];
  for (const projection of touched) values.push(JSON.stringify([...changes.get(projection)!.values()]));
  const quarantines = write.quarantined.length > 0;
  if (quarantines) values.push(quarantineJson(from.partition, write.quarantined));
  const result = await database.query<{ moved: number }>({
    ...preparedOnce(
      write.relational,
      `apply_${generation}_${shapeOf(write.relational, touched)}${quarantines ? '_q' : ''}`,
      () => {
        const parts = touched.map(({ table }, at) => upsertSql(table, schema, `$${FIRST + at}`, { condition: MOVED }));
        if (quarantines) parts.push(quarantineSql(schema, `$${values.length}`, MOVED));
        return statement(schema, parts);
      },
    ),
    values,
  });
  return result.rows[0]?.moved === 1;
}

/** Number of the first parameter that holds rows. */
const FIRST = 6;
const MOVED = 'exists (select from moved)';

function statement(schema: string, parts: readonly string[]): string {
  return `with moved as (
    update ${schema}.checkpoints
    set next_offset = $4, max_epoch = greatest(max_epoch, $5), updated_at = now()
    where partition = $1 and next_offset = $2 and revision = $3 and next_offset <= $4
      and set_config('synchronous_commit', 'off', true) is not null
    returning partition)
  ${parts.map((part, index) => `, part_${index} as (${part})`).join('\n')}
  select count(*)::integer as moved from moved`;
}

/** Statement that keeps records, given as a JSON array in `parameter`, as they came. */
export function quarantineSql(schema: string, parameter: string, condition = 'true'): string {
  return `insert into ${schema}.quarantine (partition, log_offset, record_key, reason, value, headers)
    select partition, log_offset, record_key, reason, decode(value, 'base64'), headers
    from json_to_recordset(${parameter}::json) as given(
      partition integer, log_offset bigint, record_key text, reason text, value text, headers jsonb)
    where ${condition}
    on conflict do nothing`;
}

const REASON_CHARACTERS = 500;

export function quarantineJson(partition: number, quarantined: readonly Quarantined[]): string {
  return JSON.stringify(
    quarantined.map(({ entry: { record }, reason }) => ({
      partition,
      log_offset: record.offset,
      record_key: storableKey(record.key),
      reason: storable(reason).slice(0, REASON_CHARACTERS),
      value: record.value.toString('base64'),
      headers: Object.fromEntries(
        Object.entries(record.headers).map(([name, value]) => [storable(name), storable(value)]),
      ),
    })),
  );
}

/** A record key as it is kept: our own keys unchanged, anything else in a form that can be stored. */
export function storableKey(key: string): string {
  return storable(key).slice(0, KEY_CHARACTERS);
}

/** Postgres keeps no NUL in text, and whoever wrote the record is not to be trusted with that. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u{fffd}').toWellFormed();
}
