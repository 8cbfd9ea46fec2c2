import { scale, testSeed } from '@threadlog/testing';
import fc from 'fast-check';
import type { RealtimeLimits } from '../limits';
import { playParty } from '../testing/party';

const users = ['ada', 'bob', 'cyd', 'dan'];
const steps = 250;
const seed = testSeed({ what: 'parties' });
const PARTIES = scale({ short: { few: 8, many: 16 }, long: { few: 40, many: 80 } });

interface Race {
  limits: Partial<RealtimeLimits>;
  oneByOne: boolean;
  locked?: number;
  runs: number;
}

/** Plays parties of random seeds; a failing one is named, and plays the same again. */
async function race({ runs, ...options }: Race): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 1 }), async (party) => {
      expect(await playParty({ seed: party, steps, users, ...options })).toEqual({ faults: [], differences: [] });
    }),
    // On a slow machine fewer of them.
    { seed, numRuns: runs, interruptAfterTimeLimit: 90_000 },
  );
}

describe('clients that reconnect at random moments under load', () => {
  test('given a ring that reaches back, then every event comes once and in order', async () => {
    await race({ limits: {}, oneByOne: true, runs: PARTIES.few });
  }, 120_000);

  test('given a ring of a few events and a read model that lags, then nothing is missing and nothing comes twice', async () => {
    await race({ limits: { ringEvents: 12 }, oneByOne: false, runs: PARTIES.many });
  }, 120_000);

  test('given room for a few frames, then resumes end in resync and clients still have everything', async () => {
    const limits = { ringEvents: 12, heldFrames: 3, replayPerThread: 5, replayPerConnection: 12 };
    await race({ limits, oneByOne: false, runs: PARTIES.few });
  }, 120_000);

  test('given texts that cannot be opened when it is their turn, then nothing is left out in silence', async () => {
    await race({ limits: { ringEvents: 40 }, oneByOne: false, locked: 6, runs: PARTIES.few });
  }, 120_000);
});
