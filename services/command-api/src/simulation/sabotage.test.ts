import { scale, shortOnly, testSeed } from '@threadlog/testing';
import { unmeasured } from './mutants';
import type { Mutation } from './node';
import { foreignRecords, losesTail } from './sabotage';
import { runScenario, type ScenarioOptions } from './scenario';

/** Seeds of one run of the suite, from the first one on. */
const SEEDS = Number(process.env.SIMULATION_SEEDS ?? scale({ short: 40, long: 150 }));
const FIRST = testSeed({ what: 'sabotaged simulation', long: 1 });
/** Far more than any of the mutants needs, always the same ones. */
const SEEDS_FOR_MUTANTS = 150;
const MINUTES = 60_000;

/** What the first seed that goes wrong says, or null. */
async function firstWrong(
  { first, seeds }: { first: number; seeds: number },
  options: Omit<ScenarioOptions, 'seed'>,
): Promise<string | null> {
  for (let seed = first; seed < first + seeds; seed += 1) {
    const found = await runScenario({ ...options, seed });
    if (found.length > 0) return `SIMULATION_SEED=${seed} ${found.join('; ')}`;
  }
  return null;
}

const holds = (options: Omit<ScenarioOptions, 'seed'>) => firstWrong({ first: FIRST, seeds: SEEDS }, options);
const caught = (options: Omit<ScenarioOptions, 'seed'>) => firstWrong({ first: 1, seeds: SEEDS_FOR_MUTANTS }, options);

/** The same owners, but each takes whatever offset its append was given. */
const trusting: Mutation = (parts) => ({
  ...parts,
  steps: {
    ...parts.steps,
    createOwnedPartition: (options) => parts.steps.createOwnedPartition({ ...options, followsOn: () => true }),
  },
});

describe('a log that loses its last records', () => {
  test(
    'is noticed: nothing behind the loss is acknowledged, no number is given out twice',
    async () => expect(await holds({ sabotage: losesTail })).toBeNull(),
    5 * MINUTES,
  );

  shortOnly(test)(
    'is caught where nobody measures it',
    async () => expect(await caught({ sabotage: losesTail, mutate: unmeasured })).not.toBeNull(),
    5 * MINUTES,
  );
});

describe('somebody else who writes to the topic', () => {
  test(
    'voids nothing that was acknowledged, however high the epochs',
    async () => expect(await holds({ sabotage: foreignRecords })).toBeNull(),
    5 * MINUTES,
  );

  shortOnly(test)(
    'is caught where an owner does not look at what stands before its own',
    async () => expect(await caught({ sabotage: foreignRecords, mutate: trusting })).not.toBeNull(),
    5 * MINUTES,
  );
});
