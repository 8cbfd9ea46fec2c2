import { createCatchUp, createGenerationWatcher, type Database, type GenerationWatcher } from '@threadlog/read-models';
import { reach, type ReachOptions } from './reach';

/**
 * The generation that this build serves, as soon as there is one that shows no less than those of other builds: the database may
 * come up later than this process, a build that takes another one's place makes its read model first, and one that is gone
 * back to has to read up. Undefined where the signal aborts before.
 */
export async function watchGeneration(
  database: Database,
  { logger, signal }: Pick<ReachOptions, 'logger' | 'signal'>,
): Promise<GenerationWatcher | undefined> {
  const hasCaughtUp = createCatchUp(database);
  const attempt = async (): Promise<GenerationWatcher> => {
    const watcher = await createGenerationWatcher(database);
    const caughtUp = await hasCaughtUp(watcher.current()).catch((error: unknown) => {
      watcher.stop();
      throw error;
    });
    if (caughtUp) return watcher;
    watcher.stop();
    throw new Error(`generation ${watcher.current()} is behind that of another build, which is served meanwhile`);
  };
  try {
    return await reach('the read model', attempt, { logger, signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Waits for the same where nothing is watched. False where the signal aborts before. */
export async function readModelThere(
  database: Database,
  options: Pick<ReachOptions, 'logger' | 'signal'>,
): Promise<boolean> {
  const watcher = await watchGeneration(database, options);
  watcher?.stop();
  return watcher !== undefined && !options.signal.aborted;
}
