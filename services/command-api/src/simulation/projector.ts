import { decodeEvent, type ChatEvent } from '@threadlog/events';
import { nameOf } from '../streams/overlay';
import type { Cluster } from './cluster';

/** Whether a restarted projector takes its highest epoch from the checkpoint, as it must. */
export interface ProjectorOptions {
  keepsMaxEpoch: boolean;
}

/** Folds the log into the database, late and in fits and starts, and crashes between any two batches. */
export function runProjector(cluster: Cluster, options: ProjectorOptions, stopped: () => boolean): void {
  const { world, log, database } = cluster;
  const { random } = world;

  async function step(partition: number, restarted: boolean): Promise<void> {
    const { nextOffset, maxEpoch } = database.checkpoint(partition);
    const from = { offset: nextOffset, maxEpoch: restarted && !options.keepsMaxEpoch ? 0 : maxEpoch };
    const head = await log.head(partition);
    if (head <= nextOffset) return;
    const to = nextOffset + 1 + random.int(head - nextOffset);
    const events: { event: ChatEvent; offset: number }[] = [];
    let next = from;
    for await (const batch of log.read(partition, from, to)) {
      next = batch.next;
      for (const record of batch.records) {
        const decoded = decodeEvent(record.value);
        if (decoded.kind === 'event') events.push({ event: decoded.event, offset: record.offset });
      }
    }
    // Another step may have been faster: the checkpoint is the guard, as its row lock is in the database.
    if (database.checkpoint(partition).nextOffset !== nextOffset) return;
    if (events[0] && random.chance(0.04)) parkForAWhile(partition, nameOf(events[0].event));
    database.project(partition, events, { nextOffset: next.offset, maxEpoch: next.maxEpoch });
  }

  /** An event that cannot be projected, until somebody has mended it. */
  function parkForAWhile(partition: number, name: string): void {
    database.park(partition, name);
    world.after(random.next() * 3_000, null, () => database.replay(partition, name));
  }

  for (let partition = 0; partition < log.partitions; partition += 1) {
    const again = (): void => {
      if (stopped()) return;
      const lag = random.chance(0.1) ? random.next() * 4_000 : random.next() * 300;
      world.after(lag, null, () => void step(partition, random.chance(0.3)).then(again));
    };
    again();
  }
}
