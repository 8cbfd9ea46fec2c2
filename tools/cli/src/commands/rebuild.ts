import { createGeneration, dropGeneration, flipGeneration, GenerationError } from '@threadlog/projector';
import { foldedBy, liveGenerations, logEnds, type Database, type Generation } from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import { onDeployment, openEvents, type CommandContext } from '../context';
import { CommandError, EXIT, type Outcome } from '../outcome';
import { createProgress } from '../progress';

export interface RebuildOptions {
  /** Builds and waits, and leaves serving it to whoever asks for it. */
  flip: boolean;
  /** Drops the former ones of this build once the new one is served. */
  dropFormer?: boolean | undefined;
  /** Seconds without a record read after which nobody is building. */
  patience: number;
}

const POLL_MS = 500;

/**
 * Builds the read model again beside the one that is served, and serves it. Everything that is done stands in the
 * database, so a run that was interrupted is gone on with by the next: it takes the generation that is being built. Where
 * this build serves none yet, since it takes another one's place, it waits until it does.
 */
export async function rebuild(context: CommandContext, options: RebuildOptions): Promise<Outcome> {
  return onDeployment(context, async (operator) => {
    const { generation, former } = await take(context, operator);
    await built(context, operator, { generation, ...options });
    if (former !== null && !options.flip) return outcome(generation, { served: former });
    await served(operator, { generation, former, ...options });
    if (options.dropFormer) await dropOthers(operator, generation);
    return outcome(generation, { served: generation });
  });
}

function outcome(generation: number, { served }: { served: number }): Outcome {
  const text =
    served === generation
      ? `generation ${generation} is served`
      : `generation ${generation} is built; generations flip ${generation} serves it`;
  return { ok: true, text, json: { generation, served } };
}

interface Taken {
  generation: number;
  /** What is served now; null where it is none of this build. */
  former: number | null;
}

/** The generation that is being built already, or a new one. */
async function take({ report }: CommandContext, { database, config }: Operator): Promise<Taken> {
  const live = await liveGenerations(database);
  const former = numberOf(live, 'active');
  const begun = numberOf(live, 'building');
  if (begun !== null) {
    report(`generation ${begun} is being built already`);
    return { generation: begun, former };
  }
  if (former === null) throw new CommandError('start the processes of this version first: they make its read model');
  const generation = await createGeneration(database, config.MONGO_URL === undefined ? 'postgres' : 'mongo');
  report(`generation ${generation} is being built by the projectors`);
  return { generation, former };
}

const numberOf = (live: readonly Generation[], state: Generation['state']): number | null =>
  live.findLast((each) => each.state === state)?.generation ?? null;

/** Waits until projectors have folded what was in the log when they were asked last. */
async function built(
  context: CommandContext,
  operator: Operator,
  { generation, patience }: RebuildOptions & Pick<Taken, 'generation'>,
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

/** Records are written meanwhile: the new one is as far as the served one in one moment, and a little behind in the next. */
async function served(
  { database }: Operator,
  { generation, former, patience }: Taken & Pick<RebuildOptions, 'patience'>,
): Promise<void> {
  const deadline = performance.now() + patience * 1_000;
  for (;;) {
    const refused = await attempt(database, { generation, former });
    if (refused === null) return;
    if (performance.now() > deadline) throw refused;
    await delay(POLL_MS / 10);
  }
}

/** Null once it is served, else why it is not. */
async function attempt(database: Database, { generation, former }: Taken): Promise<Error | null> {
  if (former === null) {
    const live = await liveGenerations(database);
    if (numberOf(live, 'active') === generation) return null;
    return new CommandError(`generation ${generation} is built, and not served: does a projector of this version run?`);
  }
  try {
    await flipGeneration(database, generation);
    return null;
  } catch (error) {
    if (error instanceof GenerationError) return error;
    throw error;
  }
}

/** Readers look once a second for the generation that is served. Those of other builds read their own, which stay. */
const READERS_FOLLOW_MS = 3_000;

async function dropOthers({ database, messageStore }: Operator, generation: number): Promise<void> {
  await delay(READERS_FOLLOW_MS);
  for (const { generation: old } of await liveGenerations(database))
    if (old !== generation) await dropGeneration(database, messageStore(old), old);
}
