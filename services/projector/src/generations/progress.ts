import {
  activeGeneration,
  generationSchema,
  liveGenerations,
  type Database,
  type Generation,
} from '@threadlog/read-models';
import type { EventLog } from '@threadlog/log';

/** A generation that is kept up, and how far it has read. */
export interface GenerationProgress extends Generation {
  served: boolean;
  /** Records of the log, of all partitions together, that it has read. */
  read: number;
  /** Records that it has still to read. */
  lag: number;
}

/** Every generation that projectors keep up, with how far each is. */
export async function generationProgress(
  database: Database,
  log: Pick<EventLog, 'partitions' | 'head' | 'tail'>,
): Promise<GenerationProgress[]> {
  const active = await activeGeneration(database);
  const live = await liveGenerations(database);
  const positions = await Promise.all(live.map(({ generation }) => nextOffsets(database, generation)));
  const partitions = [...Array(log.partitions).keys()];
  // After the positions: the log only grows, so nobody has read more than there is.
  const [tails, heads] = await Promise.all(
    (['tail', 'head'] as const).map((end) => Promise.all(partitions.map((one) => log[end](one)))),
  );
  const sum = (of: (partition: number) => number) => partitions.reduce((total, one) => total + Math.max(0, of(one)), 0);
  return live.map((one, index) => {
    const next = (partition: number) => positions[index]!.get(partition) ?? 0;
    return {
      ...one,
      served: one.generation === active,
      read: sum((partition) => next(partition) - tails![partition]!),
      lag: sum((partition) => heads![partition]! - Math.max(next(partition), tails![partition]!)),
    };
  });
}

async function nextOffsets(database: Database, generation: number): Promise<Map<number, number>> {
  const { rows } = await database.query<{ partition: number; next: string }>(
    `select partition, next_offset as next from ${generationSchema(generation)}.checkpoints`,
  );
  return new Map(rows.map(({ partition, next }) => [partition, Number(next)]));
}
