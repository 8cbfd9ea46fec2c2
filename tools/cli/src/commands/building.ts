import { createGeneration } from '@threadlog/projector';
import { foldedBy, liveGenerations, logEnds, type Generation } from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import { openEvents, type CommandContext } from '../context';
import { CommandError, EXIT } from '../outcome';
import { createProgress } from '../progress';

/** Between two looks; milliseconds. */
export const POLL_MS = 500;

export interface Taken {
  generation: number;
  /** What is served now; null where it is none of this build. */
  former: number | null;
  /** Whether it is new; else somebody has begun it before. */
  isNew: boolean;
}

/** The generation that is being built already, or a new one. */
export async function take({ report }: CommandContext, { database, config }: Operator): Promise<Taken> {
  const live = await liveGenerations(database);
  const former = numberOf(live, 'active');
  const begun = numberOf(live, 'building');
  if (begun !== null) {
    report(`generation ${begun} is being built already`);
    return { generation: begun, former, isNew: false };
  }
  if (former === null) throw new CommandError('start the processes of this version first: they make its read model');
  const generation = await createGeneration(database, config.MONGO_URL === undefined ? 'postgres' : 'mongo');
  report(`generation ${generation} is being built by the projectors`);
  return { generation, former, isNew: true };
}

/** The newest of those in a state. */
export const numberOf = (live: readonly Generation[], state: Generation['state']): number | null =>
  live.findLast((each) => each.state === state)?.generation ?? null;

/**
 * Waits until projectors have folded what was in the log when they were asked last. `patience`: seconds without a record read
 * after which nobody is building.
 */
export async function built(
  context: CommandContext,
  operator: Operator,
  { generation, patience }: { generation: number; patience: number },
): Promise<void> {
  const log = await openEvents(operator);
  const bar = createProgress(context, 'records');
  let moved = { read: -1, at: performance.now() };
  try {
    for (;;) {
      const ends = await logEnds(log);
      const folded = await foldedBy(operator.database, generation);
      const total = sum(ends.values());
      const read = sum([...ends].map(([partition, end]) => Math.min(end, folded.get(partition) ?? 0)));
      bar.update(read, total);
      if (total - read <= NEARLY) return;
      if (read > moved.read) moved = { read, at: performance.now() };
      if (performance.now() - moved.at > patience * 1_000)
        throw new CommandError(
          `nothing was read for ${patience} s: is a projector running? Run this again`,
          EXIT.unavailable,
        );
      await delay(POLL_MS);
    }
  } finally {
    bar.stop();
  }
}

/** Under load the end moves while it is looked at; the flip looks exactly. */
const NEARLY = 1_000;

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);
