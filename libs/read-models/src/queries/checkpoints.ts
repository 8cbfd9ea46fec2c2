import type { QueryResultRow } from 'pg';
import type { Queryable } from '../database';
import { generationSchema } from '../schema/generation';

/** Where a generation's lane of a partition stands. */
export interface Checkpoint {
  partition: number;
  /** Offset of the next record to apply: everything below it is in the read model. */
  nextOffset: number;
  /** Highest epoch seen before it; a reader that starts here fences with it. */
  maxEpoch: number;
  /** Moves when somebody else than the lane changed the partition's rows. */
  revision: number;
  /** Moves when streams of the partition are parked, or go on again. */
  parkings: number;
}

const COLUMNS = 'partition, next_offset as "nextOffset", max_epoch as "maxEpoch", revision, parkings';

/** Checkpoints of all partitions a generation has begun, by partition. Offset and epoch are of one moment. */
export async function readCheckpoints(database: Queryable, generation: number): Promise<Map<number, Checkpoint>> {
  const { rows } = await database.query<Checkpoint & QueryResultRow>(
    `select ${COLUMNS} from ${generationSchema(generation)}.checkpoints`,
  );
  return new Map(rows.map((row) => [row.partition, row]));
}

/** Checkpoint of one partition; one that was not begun stands at offset 0, epoch 0. */
export async function readCheckpoint(database: Queryable, generation: number, partition: number): Promise<Checkpoint> {
  const { rows } = await database.query<Checkpoint & QueryResultRow>({
    name: `checkpoint_${generation}`,
    text: `select ${COLUMNS} from ${generationSchema(generation)}.checkpoints where partition = $1`,
    values: [partition],
  });
  return rows[0] ?? { partition, nextOffset: 0, maxEpoch: 0, revision: 0, parkings: 0 };
}

/** How many records of each partition a generation has still to apply, in the order of the partitions. */
export function lagsOf(heads: readonly number[], checkpoints: ReadonlyMap<number, Checkpoint>): number[] {
  return heads.map((head, partition) => head - (checkpoints.get(partition)?.nextOffset ?? 0));
}
