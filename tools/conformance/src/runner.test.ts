import type { Case } from './case';
import { runCases } from './runner';
import type { Scene } from './scene';

const one = (name: string, run: Case['run'], needs: string[] = []): Case => ({ name, needs, run });
const passing = async (): Promise<void> => undefined;

async function outcomesOf(cases: Case[], concurrency = 2) {
  const scenes = { open: 0, most: 0 };
  const outcomes = await runCases(cases, {
    concurrency,
    timeoutMs: 50,
    missing: ({ needs }) => needs.find((need) => need !== 'served') ?? null,
    createScene() {
      scenes.most = Math.max(scenes.most, (scenes.open += 1));
      return { close: () => void (scenes.open -= 1) } as Partial<Scene> as Scene;
    },
    onFailure: () => undefined,
  });
  return { ...outcomes, scenes };
}

describe('running cases', () => {
  test('counts what passes, and says what fails and why', async () => {
    const failing = one('bad', () => Promise.reject(new Error('because')));
    const { passed, failures } = await outcomesOf([one('good', passing, ['served']), failing]);
    expect({ passed, failures }).toEqual({ passed: 1, failures: [{ name: 'bad', message: 'because' }] });
  });

  test('skips what is not served, which is neither', async () => {
    const { passed, failures, skipped } = await outcomesOf([one('absent', passing, ['GET /nothing'])]);
    expect({ passed, failures, skipped }).toEqual({
      passed: 0,
      failures: [],
      skipped: [{ name: 'absent', missing: 'GET /nothing' }],
    });
  });

  test('ends a case that never does', async () => {
    const { failures } = await outcomesOf([one('endless', () => new Promise(() => undefined))]);
    expect(failures).toEqual([{ name: 'endless', message: 'not done after 50 ms' }]);
  });

  test('opens no more scenes at a time than it may, and closes each', async () => {
    const { scenes } = await outcomesOf(
      Array.from({ length: 9 }, (_, index) => one(`${index}`, passing)),
      3,
    );
    expect(scenes).toEqual({ open: 0, most: 3 });
  });
});
