import { scale, shortOnly, testSeed } from '@threadlog/testing';
import { HANDING_ON_MUTANTS, MUTANTS } from './mutants';
import { runScenario, type ScenarioOptions } from './scenario';

/** Seeds of one run of the suite, from the first one on; more by `SIMULATION_SEEDS`, one alone by `SIMULATION_SEED`. */
const SEEDS = Number(process.env.SIMULATION_SEEDS ?? scale({ short: 200, long: 2_000 }));
const SEEDS_WITH_AGENTS = Math.ceil(SEEDS / 4);
const FIRST = testSeed({ what: 'simulation', long: 1 });
const ONLY = process.env.SIMULATION_SEED;
/** Every mutant is caught sooner than this. */
const SEEDS_FOR_MUTANTS = 1_000;

const MINUTES = 60_000;

/** Number of the first seed that goes wrong, or null. */
async function firstFailure(seeds: number, options: Omit<ScenarioOptions, 'seed'>): Promise<number | null> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const wrong = await runScenario({ ...options, seed });
    if (process.env.SIMULATION_VERBOSE && wrong.length > 0) process.stderr.write(`seed ${seed}: ${wrong[0]}\n`);
    if (wrong.length > 0) return seed;
  }
  return null;
}

describe('a cluster of command-api processes under faults', () => {
  test(
    'holds its promises, whatever the seed',
    async () => {
      const seeds = ONLY ? [Number(ONLY)] : Array.from({ length: SEEDS }, (_, index) => FIRST + index);
      for (const seed of seeds) {
        const wrong = await runScenario({ seed });
        if (wrong.length > 0) throw new Error(`SIMULATION_SEED=${seed}\n${wrong.join('\n')}`);
      }
    },
    10 * MINUTES,
  );

  shortOnly(test)(
    'replays a seed exactly',
    async () => {
      const [first, second] = [
        await runScenario({ seed: 7, trace: true }),
        await runScenario({ seed: 7, trace: true }),
      ];
      expect(second).toEqual(first);
    },
    MINUTES,
  );
});

describe('an agent that is run twice at once, in conversations that people take over', () => {
  test(
    'answers a message once, and none from before a take-over or while it lasts',
    async () => {
      const seeds = ONLY ? [Number(ONLY)] : Array.from({ length: SEEDS_WITH_AGENTS }, (_, index) => FIRST + index);
      for (const seed of seeds) {
        const wrong = await runScenario({ seed, agents: true });
        if (wrong.length > 0) throw new Error(`SIMULATION_SEED=${seed}\n${wrong.join('\n')}`);
      }
    },
    10 * MINUTES,
  );
});

describe('the same cluster with one rule left out', () => {
  shortOnly(test).each(Object.entries(MUTANTS))(
    'is caught: %s',
    async (_name, mutate) => {
      expect(await firstFailure(SEEDS_FOR_MUTANTS, { mutate })).not.toBeNull();
    },
    5 * MINUTES,
  );

  shortOnly(test).each(Object.entries(HANDING_ON_MUTANTS))(
    'is caught: %s',
    async (_name, handingOn) => {
      expect(await firstFailure(SEEDS_FOR_MUTANTS, { handingOn })).not.toBeNull();
    },
    5 * MINUTES,
  );

  shortOnly(test)(
    'is caught: reader that drops max_epoch on restart',
    async () => {
      expect(await firstFailure(SEEDS_FOR_MUTANTS, { keepsMaxEpoch: false })).not.toBeNull();
    },
    5 * MINUTES,
  );
});
