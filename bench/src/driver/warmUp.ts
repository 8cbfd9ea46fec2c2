import type { WarmUp } from './load';

/** Slices in a row that are no faster than the fastest before, after which a system counts as warm. */
const STEADY_SLICES = 2;
/** How much faster a slice must be to count as faster. */
const FASTER = 1.05;

/**
 * Loads a system slice by slice until it gets no faster. `load` runs for so many milliseconds and tells how many steps
 * were done. Resolves with the steps of each slice.
 */
export async function warmUntilSteady(
  { sliceMs, slices }: WarmUp,
  load: (milliseconds: number) => Promise<number>,
): Promise<number[]> {
  const done: number[] = [];
  let fastest = 0;
  for (let steady = 0; done.length < slices && steady < STEADY_SLICES;) {
    const steps = await load(sliceMs);
    done.push(steps);
    steady = steps > fastest * FASTER ? 0 : steady + 1;
    fastest = Math.max(fastest, steps);
  }
  return done;
}
