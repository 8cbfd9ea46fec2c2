import { unmeasured } from './mutants';
import type { Mutation } from './node';
import { foreignRecords, losesTail } from './sabotage';
import { runScenario, type ScenarioOptions } from './scenario';

/** More than any of the mutants needs; the whole of it takes a few seconds. */
const SEEDS = Number(process.env.SIMULATION_SEEDS ?? 150);
const MINUTES = 60_000;

async function wrongSeeds(options: Omit<ScenarioOptions, 'seed'>): Promise<string[]> {
  const wrong: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const found = await runScenario({ ...options, seed });
    if (found.length > 0) wrong.push(`SIMULATION_SEED=${seed} ${found.join('; ')}`);
  }
  return wrong;
}

/** The same owners, but each takes whatever offset its append was given. */
const trusting: Mutation = (parts) => ({
  ...parts,
  steps: { ...parts.steps, createTenure: (options) => parts.steps.createTenure({ ...options, followsOn: () => true }) },
});

describe('a log that loses its last records', () => {
  test(
    'is noticed: nothing behind the loss is acknowledged, no number is given out twice',
    async () => expect(await wrongSeeds({ sabotage: losesTail })).toEqual([]),
    5 * MINUTES,
  );

  test(
    'is caught where nobody measures it',
    async () => expect(await wrongSeeds({ sabotage: losesTail, mutate: unmeasured })).not.toEqual([]),
    5 * MINUTES,
  );
});

describe('somebody else who writes to the topic', () => {
  test(
    'voids nothing that was acknowledged, however high the epochs',
    async () => expect(await wrongSeeds({ sabotage: foreignRecords })).toEqual([]),
    5 * MINUTES,
  );

  test(
    'is caught where an owner does not look at what stands before its own',
    async () => expect(await wrongSeeds({ sabotage: foreignRecords, mutate: trusting })).not.toEqual([]),
    5 * MINUTES,
  );
});
