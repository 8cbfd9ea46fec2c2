import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { testLength } from './scale';

/** Where there is neither `TEST_SEED` nor a commit. */
const USUAL_SEED = 20_261_121;
/** Seeds stay below this, so that tests may add to them. */
const SEEDS = 2 ** 30;

const randomSeed = (): number => randomInt(SEEDS);

const headOfGit = (): string | null => {
  try {
    // Nothing of what git says is shown: a copy without a repository is no fault.
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: __dirname, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null;
  }
};

/** The seed that belongs to a commit: other cases with each change, and the same ones for the same commit. */
export const seedOfCommit = (head: string | null): number =>
  head === null ? USUAL_SEED : Number.parseInt(head.slice(0, 12), 16) % SEEDS;

/** What `TEST_SEED` says: a seed, or `random`. @throws Error on what is neither. */
export const readSeed = (given: string): number => {
  const seed = given === 'random' ? randomSeed() : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed >= SEEDS) throw new Error(`TEST_SEED is no seed: ${given}`);
  return seed;
};

/** `TEST_SEED` where that is given, else what is usual. */
const seedOr = (usual: () => number): number => {
  const given = process.env.TEST_SEED;
  return given === undefined ? usual() : readSeed(given);
};

/** The seed of every property that names none of its own: `TEST_SEED` where that is given, else the commit's. */
export const propertySeed = (): number => seedOr(() => seedOfCommit(headOfGit()));

/**
 * The seed from which a test draws its cases: `TEST_SEED` where that is given, else the commit's in the short form and
 * `long`, if there is one, in the long form. It is printed, so that a failure can be played again.
 */
export const testSeed = ({ what, long }: { what: string; long?: number }): number => {
  const seed = testLength === 'long' && long !== undefined ? seedOr(() => long) : propertySeed();
  process.stderr.write(`${what}: TEST_LENGTH=${testLength} TEST_SEED=${seed}\n`);
  return seed;
};
