import type { Case } from './case';
import type { Scene } from './scene';

export interface Failure {
  name: string;
  message: string;
}

export interface Outcomes {
  passed: number;
  failures: Failure[];
  /** Names of cases whose route is not served, and what is missing. */
  skipped: { name: string; missing: string }[];
}

export interface RunnerOptions {
  concurrency: number;
  timeoutMs: number;
  /** What is missing for a case; null where it can run. */
  missing(one: Case): string | null;
  createScene(): Scene;
  onFailure(failure: Failure): void;
}

/** Runs all cases, a bounded number at a time, each in a scene of its own. */
export async function runCases(cases: readonly Case[], options: RunnerOptions): Promise<Outcomes> {
  const outcomes: Outcomes = { passed: 0, failures: [], skipped: [] };
  const queue = cases.values();
  const work = async (): Promise<void> => {
    for (const one of queue) {
      const missing = options.missing(one);
      if (missing !== null) {
        outcomes.skipped.push({ name: one.name, missing });
        continue;
      }
      const fault = await runOne(one, options);
      if (fault === null) {
        outcomes.passed += 1;
        continue;
      }
      const failure = { name: one.name, message: fault };
      outcomes.failures.push(failure);
      options.onFailure(failure);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  return outcomes;
}

/** The fault of a case, or null. */
async function runOne(one: Case, { createScene, timeoutMs }: RunnerOptions): Promise<string | null> {
  const scene = createScene();
  const clock = Promise.withResolvers<never>();
  const timer = setTimeout(() => clock.reject(new Error(`not done after ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([one.run(scene), clock.promise]);
    return null;
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
    scene.close();
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
