import { createProjectionWait, projectionLagging, type Offsets } from '@threadlog/read-models';

/** A place in the log. */
export interface Position {
  partition: number;
  offset: number;
}

export interface ConsistencyDeps {
  /** The next offset that the served projection will fold, by partition; one without a checkpoint stands at 0. */
  readCheckpoints(partitions: readonly number[]): Promise<Offsets>;
  /** Most milliseconds a read waits. */
  readWaitMs: number;
}

export interface Consistency {
  /**
   * Resolves once the projection has folded the event at this place. Throws `projection_lagging` when it has not within
   * the wait, and whatever `readCheckpoints` throws.
   */
  waitFor(position: Position): Promise<void>;
}

/** Lets reads wait for writes. Reads that must wait at the same time share one poll (`createProjectionWait`). */
export function createConsistency({ readCheckpoints, readWaitMs }: ConsistencyDeps): Consistency {
  const wait = createProjectionWait({ look: async (partitions) => ({ offsets: await readCheckpoints(partitions) }) });
  return {
    async waitFor({ partition, offset }) {
      const seen = await wait.until(new Map([[partition, offset + 1]]), { timeoutMs: readWaitMs });
      if (!seen) throw projectionLagging(BEHIND);
    },
  };
}

const BEHIND = 'the read model has not reached the write that this consistency token names; try again';
