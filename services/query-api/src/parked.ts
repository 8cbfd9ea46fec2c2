import { problem, recordKey, type StreamRef } from '@threadlog/events';
import { generationSchema, type Database } from '@threadlog/read-models';
import type { Position } from './consistency';

export interface ParkedLookUp {
  /** Told with each checkpoint that is read; nothing is asked of a partition in which nothing was ever parked. */
  seen(partition: number, parkings: number): void;
  /** Throws `unavailable` where the write at this place, or the thread's events at or before it, wait for an operator. */
  requireWhole(position: Position, thread: StreamRef | null): Promise<void>;
}

/**
 * Whether a read shows what its consistency token promises. A checkpoint passes records that are set aside, so having
 * reached a place does not mean that the write there is shown.
 */
export function createParkedLookUp({
  database,
  generation,
}: {
  database: Database;
  generation: () => number;
}): ParkedLookUp {
  const parkings = new Map<string, number>();
  return {
    seen: (partition, count) => void parkings.set(`${generation()}.${partition}`, count),
    async requireWhole({ partition, offset }, thread) {
      if (parkings.get(`${generation()}.${partition}`) === 0) return;
      const schema = generationSchema(generation());
      const { rows } = await database.query<{ waits: boolean }>({
        name: `token_waits_${generation()}`,
        text: `select exists (select from ${schema}.quarantine where partition = $1 and log_offset = $2)
          or exists (select from ${schema}.parked_keys where record_key = $3 and partition = $1 and since_offset <= $2)
          as waits`,
        values: [partition, offset, thread && recordKey(thread)],
      });
      if (rows[0]?.waits) throw problem('unavailable', PARKED);
    },
  };
}

const PARKED = 'what the consistency token names waits for an operator: one of the events could not be processed';
