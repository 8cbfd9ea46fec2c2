import type { JobHandler } from '../jobs/job';
import { beginErasure } from './begin';
import { completeStep } from './complete';
import { closeStep, destroyStep, letGoStep } from './endKeys';
import type { ErasureDeps } from './ports';
import { createProjected } from './projected';
import { purgeStep } from './purge';
import { scrubStep } from './scrub';
import type { ErasureState, ErasureStep, Step } from './state';
import { verifyStep } from './verify';

/**
 * Erases a person or a tenant. Its steps are saved before they are done: a run that ends anywhere, by a fault or a kill,
 * is gone on with from the step it was in. Once it has begun it never gives up: it ends with a receipt or not at all.
 */
export function createErasure(given: ErasureDeps): JobHandler<ErasureState> {
  const { database, log, projectionMs, now = Date.now } = given;
  const projected = createProjected({ database, log, timeoutMs: projectionMs });
  const deps = { ...given, projected, now };
  const steps: Record<ErasureStep, Step> = {
    close: closeStep(deps),
    let_go: letGoStep(deps),
    destroy: destroyStep(deps),
    scrub: scrubStep(deps),
    purge: purgeStep(deps),
    verify: verifyStep(deps),
    complete: completeStep(deps),
  };
  return {
    kind: 'deletion',
    async run(run) {
      let state = run.state ?? (await beginErasure(deps, run));
      while (state) {
        await run.save(state, { step: state.step });
        const { step }: ErasureState = state;
        const next: ErasureState = await steps[step](run, state);
        state = step === 'complete' ? null : next;
      }
    },
    // An erasure is owed: it is late, and an alarm, but nobody may take it for done or off the list.
    giveUp: () => Promise.resolve(false),
  };
}
