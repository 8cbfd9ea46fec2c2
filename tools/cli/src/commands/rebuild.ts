import { dropGeneration, flipGeneration, GenerationError } from '@threadlog/projector';
import { liveGenerations, type Database } from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import { onDeployment, type CommandContext } from '../context';
import { CommandError, type Outcome } from '../outcome';
import { built, numberOf, POLL_MS, take, type Taken } from './building';

export interface RebuildOptions {
  /** Builds and waits, and leaves serving it to whoever asks for it. */
  flip: boolean;
  /** Drops the former ones of this build once the new one is served. */
  dropFormer?: boolean | undefined;
  /** Seconds without a record read after which nobody is building. */
  patience: number;
}

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

/** Records are written meanwhile: the new one is as far as the served one in one moment, and a little behind in the next. */
async function served(
  { database }: Operator,
  { generation, former, patience }: Omit<Taken, 'isNew'> & Pick<RebuildOptions, 'patience'>,
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
async function attempt(database: Database, { generation, former }: Omit<Taken, 'isNew'>): Promise<Error | null> {
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
