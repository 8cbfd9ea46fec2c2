import { MAX_RUNS_OF_AGENT, MAX_RUNS_OF_TENANT } from '@threadlog/agents';
import { composedName } from '@threadlog/events';
import { createLimiter } from '@threadlog/service';
import type { OpenRun } from './asks';

/** Runs of an agent at once in all tenants, where it answers in all of them. */
export const MAX_RUNS = 32;

/** Whose turn a run waits for. */
export type Waiting = Pick<OpenRun, 'agentId' | 'tenantId'>;

/**
 * Lets runs have their turns: those of an agent wait for each other, then for others of their tenant, so that a slow agent
 * holds up no other tenant's, and at first not even its neighbours.
 */
export function createTurns(answersInAll: (waiting: Waiting) => boolean) {
  const within = createLimits();
  const all = <T>(waiting: Waiting, task: () => Promise<T>): Promise<T> =>
    answersInAll(waiting) ? within(composedName('all', waiting.agentId), MAX_RUNS, task) : task();
  return <T>(waiting: Waiting, task: () => Promise<T>): Promise<T> => {
    const { agentId, tenantId } = waiting;
    return within(composedName('agent', tenantId, agentId), MAX_RUNS_OF_AGENT, () =>
      within(composedName('tenant', tenantId), MAX_RUNS_OF_TENANT, () => all(waiting, task)),
    );
  };
}

/** Limits by name; one that nobody waits for is forgotten. */
function createLimits() {
  const limits = new Map<string, { limit: ReturnType<typeof createLimiter>; users: number }>();
  return async <T>(name: string, most: number, task: () => Promise<T>): Promise<T> => {
    const one = limits.get(name) ?? { limit: createLimiter(most), users: 0 };
    limits.set(name, one);
    one.users += 1;
    try {
      return await one.limit(task);
    } finally {
      one.users -= 1;
      if (one.users === 0) limits.delete(name);
    }
  };
}
