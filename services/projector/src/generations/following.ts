import { liveGenerations, type Database, type MessageStore } from '@threadlog/read-models';
import type { Logger } from '@threadlog/service';
import type { GenerationProjector } from './generationProjector';

/** Starts to fold these partitions into a generation. */
export type Start = (generation: number, share: ReadonlySet<number>) => Promise<GenerationProjector>;

export interface FollowingDeps {
  database: Database;
  messageStore(generation: number): MessageStore;
  logger: Logger;
}

export interface Following {
  running: Map<number, GenerationProjector>;
  start: Start;
  /** The partitions of this instance, as of now. */
  share: ReadonlySet<number>;
}

/** Starts and stops projectors until those running are those that live, each with this instance's share. */
export async function follow(deps: FollowingDeps, { running, start, share }: Following): Promise<void> {
  const live = new Set((await liveGenerations(deps.database)).map((each) => each.generation));
  for (const [generation, projector] of running) {
    const gone = !live.has(generation);
    if (!gone && isSame(projector.share, share)) continue;
    running.delete(generation);
    await projector.stop();
    if (gone) await clearAway(deps, generation);
  }
  for (const generation of live) {
    if (running.has(generation)) continue;
    running.set(generation, await start(generation, share));
    deps.logger.info({ generation, partitions: [...share] }, 'generation followed');
  }
}

async function clearAway({ messageStore, logger }: FollowingDeps, generation: number): Promise<void> {
  const store = messageStore(generation);
  // The last write to the store may have come after it was dropped.
  if (store.kind === 'mongo') await store.drop();
  logger.info({ generation }, 'generation dropped');
}

const isSame = (one: ReadonlySet<number>, other: ReadonlySet<number>): boolean =>
  one.size === other.size && [...one].every((each) => other.has(each));
