import fc from 'fast-check';
import { cleanupAfterAll, scale, testSeed, testStack } from '@threadlog/testing';
import { play } from './model/history';
import { histories } from './model/steps';
import { createSystem } from './support/system';

/** No history begins after this; each takes a few seconds. */
const BUDGET_MS = scale({
  short: { postgres: 8_000, mongo: 5_000 },
  long: { postgres: 22_000, mongo: 12_000 },
});
/** In the long form the same histories each time; `TEST_SEED=random` goes exploring. */
const SEED = testSeed({ what: 'histories', long: 20_261_121 });
/** A failure names a seed and a path: with these it is played again, and with MODEL_SHRINK=true made small. */
const { MODEL_PATH, MODEL_SHRINK } = process.env;

jest.setTimeout(240_000);

describe.each(['postgres', 'mongo'] as const)('a random history of commands, messages in %s', (store) => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();

  test('looks the same to the model, the read side, and sockets that stayed or resumed', async () => {
    const system = await createSystem(
      {
        kafkaBrokers: stack.kafkaBrokers,
        databaseUrl: await stack.freshDatabase(),
        topicPrefix: stack.topicPrefix(),
        ...(store === 'mongo' ? { mongoUrl: stack.freshMongo() } : {}),
      },
      cleanups,
    );
    await system.start();
    const replayed = MODEL_PATH !== undefined || MODEL_SHRINK === 'true';
    const deadline = Date.now() + (replayed ? Infinity : BUDGET_MS[store]);
    let played = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        if (Date.now() > deadline) return;
        played += 1;
        await play(system, `model-${played}`, steps);
      }),
      { seed: SEED, ...(MODEL_PATH && { path: MODEL_PATH }), numRuns: 1_000, endOnFailure: MODEL_SHRINK !== 'true' },
    );
    process.stdout.write(`${played} histories in ${store}\n`);
    expect(played).toBeGreaterThan(0);
    expect(await system.stop()).toBe(0);
  });
});
