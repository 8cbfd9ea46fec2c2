import { createGenerationWatcher, type Database, type GenerationWatcher } from '@threadlog/read-models';
import { reach, type ReachOptions } from './reach';

/**
 * The generation that is served, as soon as there is one: the database may come up later than this process. Undefined where
 * the signal aborts before.
 */
export async function watchGeneration(
  database: Database,
  { logger, signal }: Pick<ReachOptions, 'logger' | 'signal'>,
): Promise<GenerationWatcher | undefined> {
  try {
    return await reach('the read model', () => createGenerationWatcher(database), { logger, signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
